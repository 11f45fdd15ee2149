//! `gallop new`.

use std::path::{Path, PathBuf};

use gallop_core::project::{NewProject, Project, SUFFIX};

use super::args::NewArgs;
use super::print_lines;
use crate::error::usage;

/// Makes a project.
pub fn create(args: NewArgs) -> anyhow::Result<()> {
    let folder = with_suffix(&args.project)?;
    let name = folder.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let project = Project::create(&folder, NewProject { name, aspect: args.aspect.to_string(), model: args.model })?;
    print_lines([
        format!("Project {}: {}", project.data().name, project.folder().display()),
        format!("Next: gallop shot add {} --prompt \"…\"", folder.display()),
    ])
}

/// The project that is named: its folder, or the folder's name without its ending.
pub fn find(named: &Path) -> PathBuf {
    if !named.exists()
        && let Ok(folder) = with_suffix(named)
        && folder.is_dir()
    {
        return folder;
    }
    named.to_owned()
}

/// The folder with the ending that all projects have.
fn with_suffix(folder: &Path) -> anyhow::Result<PathBuf> {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
        return Err(usage(format!("this does not name a folder: {}", folder.display())));
    };
    let name = if name.ends_with(SUFFIX) { name.to_owned() } else { format!("{name}{SUFFIX}") };
    Ok(folder.with_file_name(name))
}
