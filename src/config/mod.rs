//! What is read from outside the code: the embedded law data, the settings and the real clock. Decides nothing about the law itself.

mod clock;
mod demo;
mod incoming;
mod law_files;
mod random;
mod reading_files;
mod settings;

pub use clock::SystemClock;
pub use demo::{DemoPerson, DemoWay, demo_companies, demo_people};
pub use incoming::{ImapSettings, IncomingSettings};
pub use law_files::{DataError, embedded_law, law_from, law_with, own_companies};
pub use random::SystemRandom;
pub use reading_files::reply_reader;
pub use settings::{
    BadSettings, Database, Directory, DkimSettings, Keys, Limits, MailSettings, OperatorSettings,
    RelayTls, Sending, Server, Settings, Site,
};
