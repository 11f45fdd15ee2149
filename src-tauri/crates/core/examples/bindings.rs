//! Writes the TypeScript of the call table into the folder that is named, in place of what is there.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "ui/src/backend/bindings".into()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    gallop_core::api::typescript().iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}
