//! Where a model's files come from.

use std::path::PathBuf;

use super::catalog::Entry;
use super::http::Remote;
use super::token::HUB;

/// Where a model's files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A server with the hub's addresses: the hub itself, a mirror, or one's own.
    Endpoint {
        /// What stands before the repository in its addresses.
        url: String,
        /// The repository there, where it is not the entry's.
        repo: Option<String>,
        /// The revision there, where it is not the entry's.
        revision: Option<String>,
    },
    /// A folder with the files: a disk from a friend, or another program's models.
    Folder(PathBuf),
}

impl Source {
    /// A server that has the entry's repositories under their own names.
    pub fn endpoint(url: impl Into<String>) -> Self {
        Self::Endpoint { url: url.into().trim_end_matches('/').to_owned(), repo: None, revision: None }
    }

    /// The hub, or what `HF_ENDPOINT` names instead, and then the entry's mirrors.
    pub fn usual(entry: &Entry) -> Vec<Self> {
        let named = std::env::var("HF_ENDPOINT").ok().filter(|url| !url.trim().is_empty());
        let mut sources = vec![Self::endpoint(named.as_deref().map_or(HUB, str::trim))];
        sources.extend(Self::mirrors(entry));
        sources
    }

    /// The entry's mirrors.
    pub fn mirrors(entry: &Entry) -> Vec<Self> {
        let mirror = |mirror: &super::catalog::Mirror| Self::Endpoint {
            url: mirror.endpoint.trim_end_matches('/').to_owned(),
            repo: mirror.repo.clone(),
            revision: mirror.revision.clone(),
        };
        entry.mirrors.iter().map(mirror).collect()
    }

    /// A file of the entry there, at `commit` where one is pinned; nothing for a folder.
    pub(super) fn remote(&self, entry: &Entry, path: &str, commit: Option<&str>) -> Option<Remote> {
        let Self::Endpoint { url, repo, .. } = self else { return None };
        let repo = repo.as_ref().unwrap_or(&entry.repo);
        let revision = commit.unwrap_or(self.revision(entry));
        Some(Remote { url: format!("{url}/{repo}/resolve/{revision}/{path}"), page: entry.page.clone() })
    }

    /// The revision that is asked for there.
    pub(super) fn revision<'a>(&'a self, entry: &'a Entry) -> &'a str {
        match self {
            Self::Endpoint { revision: Some(revision), .. } => revision,
            _ => &entry.revision,
        }
    }

    /// Whose commits these are: all sources without a revision of their own have the hub's.
    pub(super) fn history(&self) -> &str {
        match self {
            Self::Endpoint { url, revision: Some(_), .. } => url,
            _ => HUB,
        }
    }

    /// A file of the entry in the folder: as another store keeps it, under its path with or without the repository's name
    /// before it, or by its name alone.
    pub(super) fn local(&self, entry: &Entry, path: &str, kept_as: &str) -> Option<PathBuf> {
        let Self::Folder(folder) = self else { return None };
        let name = path.rsplit('/').next().unwrap_or(path);
        let short = entry.repo.rsplit('/').next().unwrap_or(&entry.repo);
        let tries = [
            folder.join(&entry.id).join(kept_as),
            folder.join(&entry.id).join(path),
            folder.join(&entry.repo).join(path),
            folder.join(short).join(path),
            // Many models have a file of this name, so a place that tells the model comes first.
            folder.join(kept_as),
            folder.join(path),
            folder.join(name),
        ];
        tries.into_iter().find(|path| path.is_file())
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Endpoint { url, .. } => f.write_str(url),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
        }
    }
}
