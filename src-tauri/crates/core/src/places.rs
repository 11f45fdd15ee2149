//! Where Gallop keeps what is not in a project.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::{Code, coded};

/// One folder for everything, instead of the system's usual places: for a portable installation, or a second user.
pub const HOME: &str = "GALLOP_HOME";

/// The folders of this user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The queue and the library index; lost with them is only the order of the waiting jobs.
    pub data: PathBuf,
    /// What the user chose.
    pub config: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Places {
    /// The folders of this user, made where they are not there yet.
    ///
    /// # Errors
    /// There is no home folder, or a folder cannot be made.
    pub fn of_this_user() -> anyhow::Result<Self> {
        let places = Self::located()?;
        places.make()?;
        Ok(places)
    }

    /// As [`Self::of_this_user`], for looking only: nothing is made.
    ///
    /// # Errors
    /// There is no home folder.
    pub fn located() -> anyhow::Result<Self> {
        Ok(match std::env::var_os(HOME).filter(|home| !home.is_empty()) {
            Some(home) => Self::under(home),
            None => {
                let found = directories::ProjectDirs::from("", "", "gallop");
                let found = found.ok_or_else(|| {
                    coded(Code::Input, format!("there is no home folder; set {HOME} to a folder for Gallop's files"))
                })?;
                let (data, config, cache) = (found.data_local_dir(), found.config_dir(), found.cache_dir());
                Self { data: data.into(), config: config.into(), cache: cache.into() }
            }
        })
    }

    /// The folders under one home.
    pub fn under(home: impl Into<PathBuf>) -> Self {
        let home = home.into();
        Self { data: home.join("data"), config: home.join("config"), cache: home.join("cache") }
    }

    /// Where new projects go unless somebody says otherwise: among the user's documents, or in the one home.
    pub fn projects(&self) -> PathBuf {
        if let Some(home) = self.data.parent().filter(|home| Self::under(*home) == *self) {
            return home.join("projects");
        }
        let user = directories::UserDirs::new();
        let documents = user.as_ref().map(|user| user.document_dir().unwrap_or_else(|| user.home_dir()).to_owned());
        documents.unwrap_or_else(|| self.data.clone()).join("Gallop")
    }

    /// The folder in the user's settings with fonts of one's own; an empty path where there is none.
    pub fn fonts(&self) -> PathBuf {
        let fonts = self.config.join("fonts");
        if fonts.is_dir() { fonts } else { PathBuf::new() }
    }

    /// Makes the folders that are not there.
    ///
    /// # Errors
    /// One cannot be made.
    pub fn make(&self) -> anyhow::Result<()> {
        for folder in [&self.data, &self.config, &self.cache] {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make this folder: {}", folder.display()))?;
        }
        Ok(())
    }
}
