//! From a prompt to token ids.

use std::path::{Path, PathBuf};

use crate::weights::download_mishap;
use crate::{Error, Result};

/// A tokenizer as its authors published it (`tokenizer.json`).
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    max_tokens: usize,
    path: PathBuf,
}

/// A prompt as the text encoder takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenizedPrompt {
    /// The tokens, at most as many as the tokenizer was opened with; no mark of beginning or end.
    pub ids: Vec<u32>,
    /// The end of the prompt that did not fit.
    pub cut: Option<String>,
}

impl Tokenizer {
    /// Opens a `tokenizer.json`. Prompts are cut at `max_tokens` (640 for the released model).
    ///
    /// # Errors
    /// The file cannot be read or holds no tokenizer.
    pub fn open(path: impl AsRef<Path>, max_tokens: usize) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read(path).map_err(|source| Error::io("reading the tokenizer", path, source))?;
        if let Some(reason) = download_mishap(&text) {
            return Err(Error::format(path, reason));
        }
        let mut inner = tokenizers::Tokenizer::from_bytes(&text).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default();
            Error::format(path, format!("not a tokenizer ({reason}); download tokenizer.json again"))
        })?;
        // A published file may say to pad or to cut at some length: neither is ours to follow.
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|error| Error::format(path, format!("not a tokenizer ({error})")))?;
        Ok(Self { inner, max_tokens, path: path.to_owned() })
    }

    /// How many tokens it knows. The text encoder's table must have as many rows or more.
    pub fn vocabulary_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// The tokens of a prompt, without a mark of beginning or end, and what was cut off.
    ///
    /// # Errors
    /// The tokenizer fails, or finds nothing in the prompt.
    pub fn encode(&self, prompt: &str) -> Result<TokenizedPrompt> {
        let encoding = self.inner.encode(prompt, false);
        let encoding =
            encoding.map_err(|error| Error::format(&self.path, format!("the tokenizer failed ({error})")))?;
        let mut ids = encoding.get_ids().to_vec();
        if ids.is_empty() {
            return Err(Error::Input("the prompt is empty: describe what is to be seen".into()));
        }
        let first_cut = encoding.get_offsets().get(self.max_tokens);
        let cut = first_cut.map(|(start, _)| prompt[prompt.floor_char_boundary(*start)..].trim_start().to_owned());
        ids.truncate(self.max_tokens);
        Ok(TokenizedPrompt { ids, cut })
    }
}
