//! What can be wrong with a shot, a recipe or a frame.

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can be wrong with a shot, a recipe or a frame.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A shot cannot be made as it stands.
    #[error("{0}")]
    Shot(String),

    /// A recipe is not readable.
    #[error("the recipe cannot be read ({0})")]
    Recipe(String),

    /// A recipe of a later version.
    #[error("this was made by a newer Gallop (recipe format {0})")]
    NewerRecipe(u32),

    /// The other side sent something that is no message of this protocol.
    #[error("not a message: {0}")]
    Frame(String),

    /// The pipe failed.
    #[error("the connection broke: {0}")]
    Pipe(#[from] std::io::Error),
}
