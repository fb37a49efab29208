//! The fixed names of the interfaces: letter kinds, rights, scenarios, reply kinds and the like. The same word in code, JSON, data files and database.

use crate::domain::names::names;

names! {
    /// What a letter is.
    LetterKind, "letter kind":
    Objection = "objection", Erasure = "erasure", Access = "access", Rectification = "rectification", Restriction = "restriction",
    Withdrawal = "withdrawal", OptOut = "opt_out", Reminder = "reminder", IdentityReply = "identity_reply", PortalReply = "portal_reply",
    ExtensionReply = "extension_reply", PartialReply = "partial_reply", RefusalReply = "refusal_reply",
    ControllerComplaint = "controller_complaint", Appeal = "appeal", Complaint = "complaint", CollectiveComplaint = "collective_complaint",
    Mandate = "mandate", Summary = "summary",
}

names! {
    /// A right that a letter asks for.
    Right, "right":
    Objection = "objection", Erasure = "erasure", Access = "access", Rectification = "rectification", Restriction = "restriction",
    Withdrawal = "withdrawal", OptOut = "opt_out", LimitSensitive = "limit_sensitive", Portability = "portability", Source = "source",
    RecipientsList = "recipients_list", Explanation = "explanation", Deindexing = "deindexing",
}

names! {
    /// What the controller does with the data.
    Scenario, "scenario":
    AiTraining = "ai_training", WebScraping = "web_scraping", DataBroker = "data_broker", DirectMarketing = "direct_marketing",
    EmployeeMonitoring = "employee_monitoring", ChildImages = "child_images", PeopleSearch = "people_search",
    AccountClosure = "account_closure", General = "general",
}

names! {
    /// What a person's own ground is about.
    GroundKind, "kind of ground":
    Profession = "profession", Journalist = "journalist", Health = "health", Minority = "minority", Belief = "belief",
    AbuseVictim = "abuse_victim", Minor = "minor", MonitoredEmployee = "monitored_employee", Dependence = "dependence",
    FalseOutput = "false_output", SpecialPosts = "special_posts", Other = "other",
}

names! {
    /// How a controller finds a person's data.
    IdentifierKind, "kind of identifier":
    ProfileUrl = "profile_url", AccountEmail = "account_email", UserName = "user_name", Phone = "phone", ImageUrl = "image_url",
    SearchUrl = "search_url", CustomerNumber = "customer_number", Other = "other",
}

names! {
    /// What the writer is to the person concerned.
    Relation, "relation":
    Parent = "parent", Guardian = "guardian", Attorney = "attorney", Organisation = "organisation", Agent = "agent",
}

names! {
    /// What an answer is.
    ReplyKind, "reply kind":
    AutoReply = "auto_reply", Acknowledgement = "acknowledgement", ExtensionNotice = "extension_notice", IdentityDemand = "identity_demand",
    PortalDemand = "portal_demand", ClarificationDemand = "clarification_demand", Complied = "complied", Partial = "partial",
    Refused = "refused", NoData = "no_data", NotController = "not_controller", Bounce = "bounce", Unrelated = "unrelated",
}

names! {
    /// Why a controller refused, as far as it said.
    RefusalGround, "ground of refusal":
    OverridingInterest = "overriding_interest", NotIdentified = "not_identified", Excessive = "excessive", Exemption = "exemption",
    LegalObligation = "legal_obligation", PublicData = "public_data", NotPersonalDataInModel = "not_personal_data_in_model", Other = "other",
}

names! {
    /// Whether an answer gave reasons, as the person says.
    Reasons, "word on reasons":
    Given = "given", Missing = "missing",
}

names! {
    /// By which way a letter goes.
    Channel, "channel":
    Email = "email", OwnMailbox = "own_mailbox", WebForm = "web_form", Post = "post",
}

impl LetterKind {
    /// True for a letter that opens a case.
    #[must_use]
    pub fn opens_a_case(self) -> bool {
        Right::parse(self.as_str()).is_ok()
    }

    /// True for a letter that makes no sense without what went before (a reminder without it claims no date).
    #[must_use]
    pub fn needs_history(self) -> bool {
        matches!(
            self,
            LetterKind::Appeal
                | LetterKind::RefusalReply
                | LetterKind::ExtensionReply
                | LetterKind::IdentityReply
                | LetterKind::PortalReply
                | LetterKind::PartialReply
                | LetterKind::Complaint
        )
    }

    /// The answer that the letter replies to, if it replies to one.
    #[must_use]
    pub fn replies_to(self) -> Option<ReplyKind> {
        match self {
            LetterKind::IdentityReply => Some(ReplyKind::IdentityDemand),
            LetterKind::PortalReply => Some(ReplyKind::PortalDemand),
            LetterKind::ExtensionReply => Some(ReplyKind::ExtensionNotice),
            LetterKind::PartialReply => Some(ReplyKind::Partial),
            LetterKind::RefusalReply => Some(ReplyKind::Refused),
            _ => None,
        }
    }

    /// True for a letter to the regulator.
    #[must_use]
    pub fn goes_to_the_regulator(self) -> bool {
        matches!(
            self,
            LetterKind::Complaint | LetterKind::CollectiveComplaint
        )
    }

    /// The letter that asks for a right, if there is one of that name.
    #[must_use]
    pub fn for_right(right: Right) -> Option<LetterKind> {
        LetterKind::parse(right.as_str()).ok()
    }
}

impl ReplyKind {
    /// The letter that replies to such an answer, if there is one.
    #[must_use]
    pub fn replied_by(self) -> Option<LetterKind> {
        let mut letters = LetterKind::ALL.iter().copied();
        letters.find(|letter| letter.replies_to() == Some(self))
    }
}

impl GroundKind {
    /// True if it may reveal what Article 9 GDPR protects: health, belief, origin, politics. A separate yes is asked for.
    #[must_use]
    pub fn is_special(self) -> bool {
        matches!(
            self,
            GroundKind::Health
                | GroundKind::Minority
                | GroundKind::Belief
                | GroundKind::SpecialPosts
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_names_the_nearest() {
        let error = LetterKind::parse("objektion").unwrap_err();
        assert_eq!(error.near[0], "objection");
    }
}
