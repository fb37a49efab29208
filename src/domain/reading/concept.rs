//! What can be said in a reply, and why something is refused: the keys of the language files.

use crate::domain::letter::RefusalGround;
use crate::domain::names::names;

names! {
    /// What a phrase says; `config/reading/README.md` explains each.
    Concept, "concept":
    Negation = "negation", Condition = "condition", Unreal = "unreal", Reported = "reported", Pending = "pending", Done = "done",
    Stopped = "stopped", Granted = "granted", Promise = "promise", Able = "able", Kept = "kept", Refused = "refused", Partly = "partly",
    Harmless = "harmless", Extended = "extended", Later = "later", Received = "received", Request = "request", Identity = "identity",
    Portal = "portal", Clarify = "clarify", NoData = "no_data", NotController = "not_controller", Absence = "absence", Robot = "robot",
    Closed = "closed", Rating = "rating", Bounce = "bounce", Advert = "advert", Attached = "attached", And = "and",
    Only = "only", Aside = "aside", Earlier = "earlier", Yes = "yes", No = "no", Bot = "bot",
}

names! {
    /// Why nothing is done, as the language files call it.
    Ground, "ground":
    Interest = "interest", NotIdentified = "not_identified", Excessive = "excessive", Exemption = "exemption", Legal = "legal",
    Public = "public", Model = "model", Contract = "contract",
}

impl Ground {
    /// The word of the interface.
    pub(super) fn refusal(self) -> RefusalGround {
        match self {
            Ground::Interest => RefusalGround::OverridingInterest,
            Ground::NotIdentified => RefusalGround::NotIdentified,
            Ground::Excessive => RefusalGround::Excessive,
            Ground::Exemption => RefusalGround::Exemption,
            Ground::Legal => RefusalGround::LegalObligation,
            Ground::Public => RefusalGround::PublicData,
            Ground::Model => RefusalGround::NotPersonalDataInModel,
            Ground::Contract => RefusalGround::Other,
        }
    }
}
