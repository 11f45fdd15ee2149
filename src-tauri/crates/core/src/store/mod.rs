//! The models on this machine: what can be fetched, fetching it, and what lies here.
//!
//! A pull may be killed at any byte and goes on at that byte. Nothing is fetched twice that was whole, nothing is used
//! that has another hash than it should, and no host but the hub's own sees the user's token.

mod assemble;
mod cache;
mod catalog;
mod connections;
mod convert;
mod fetch;
mod flow;
mod http;
mod journal;
mod keychain;
mod layout;
mod local;
mod needed;
mod obtain;
mod peek;
mod pin;
mod pull;
mod record;
mod select;
mod shards;
mod source;
mod token;

pub use assemble::Assembled;
pub use cache::hub_cache;
pub use catalog::{Catalog, Convert, Entry, FORMAT, FileEntry, FileKind, Gate, Licence, Makes, Mirror, Precision};
pub use flow::{Control, Progress, Work};
pub use keychain::{Keychain, SystemKeychain};
pub use needed::{Needed, needed_shards, needed_tensors};
pub use pull::{FolderUse, Options, Pulled, pull};
pub use record::{Kept, MODEL_DIR, Original, Record, State, Store, Trust, Verdict};
pub use source::Source;
pub use token::{Found, HUB, Token, Whence};
