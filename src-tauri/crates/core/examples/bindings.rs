//! Writes the TypeScript of the call table into the file that is named.

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "ui/src/backend/bindings.ts".into());
    std::fs::write(path, gallop_core::api::typescript())
}
