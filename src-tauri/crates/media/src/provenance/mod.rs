//! What a file says about where it comes from.
//!
//! Three labels, each for other readers: the AIGC label that China's law asks for, IPTC's digital source type in XMP, and a
//! C2PA manifest where the user has a signer. They are written in this order (encode, mux, XMP, C2PA), because a manifest
//! covers every byte before it; nothing may touch the file afterwards. There is no way to write a file without the first
//! two, and none to take labels off; what imported files carried by C2PA is kept inside the manifest of the whole.

mod aigc;
mod place;
mod read;
mod sign;
mod xmp;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub(crate) use self::{aigc::AIGC, read::read};
pub use self::{
    aigc::{Aigc, is_provider_code},
    read::{C2pa, Labels},
};
use crate::{Container, Error, Result, files::Draft};

/// Who made something and with what: what all labels of an export are written from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The producer in the AIGC label: a registered provider code ([`is_provider_code`]) or a name, 1 to 64 printable ASCII
    /// characters without space, `"` and `\`. `Gallop` where nobody set one.
    pub producer: String,
    /// An id of this very file, unique to it: characters as above.
    pub produce_id: String,
    /// How it came to be.
    pub source: SourceType,
    /// The models that had part in it, such as `daVinci-MagiHuman 1.0`. They stand in the C2PA manifest.
    pub models: Vec<String>,
    /// When it was made, in RFC 3339, such as `2026-11-21T10:00:00Z`.
    pub created: String,
    /// Who signs it by C2PA; none leaves the file unsigned.
    pub signer: Option<Signer>,
}

/// IPTC's digital source type (<http://cv.iptc.org/newscodes/digitalsourcetype/>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceType {
    /// All of it is made by a trained model.
    #[default]
    TrainedAlgorithmicMedia,
    /// Somebody's own pictures or sounds together with such as are made by a trained model.
    CompositeWithTrainedAlgorithmicMedia,
}

/// What signs a C2PA manifest. The key is the user's own; none comes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The certificates in PEM, the signer's first, as C2PA's certificate profile asks for.
    pub certificates: PathBuf,
    /// The signature algorithm that fits the key.
    pub algorithm: SignatureAlgorithm,
    /// What holds the key.
    pub key: SigningKey,
}

/// What holds a private key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningKey {
    /// A PEM file (PKCS #8).
    File(PathBuf),
    /// A program that gets the bytes to sign on its standard input and writes the bare signature to its standard output: a
    /// way to tokens, agents and machines that keep their keys. ECDSA signatures may come in DER, as
    /// `openssl dgst -sha256 -sign` writes them.
    Command {
        /// The program.
        program: PathBuf,
        /// What it is called with.
        arguments: Vec<String>,
    },
}

/// A signature algorithm of C2PA (RFC 9053 names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    Ed25519,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

impl Provenance {
    /// Refuses before long work what could not be written after it, and tries the signer.
    pub(crate) fn check(&self, container: Container) -> Result<()> {
        Aigc::new(&self.producer, &self.produce_id)?;
        let Some(signer) = &self.signer else { return Ok(()) };
        if sign::kind(container).is_none() {
            let kind = container.extension();
            return Err(Error::Spec(format!("C2PA cannot sign a {kind} file; choose mp4, mov or wav, or no signer")));
        }
        signer.check()
    }

    /// The tags that the muxer writes: the maker's own together with the AIGC label. A WAV file gets none this way.
    pub(crate) fn tags(&self, own: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        tags(&Aigc::new(&self.producer, &self.produce_id)?, own)
    }

    /// Labels a finished file, and signs it where a signer is set. What comes back is the file that is to be published.
    /// `sources` are the files that it was made of.
    pub(crate) fn label(&self, mut draft: Draft, container: Container, sources: &[&Path]) -> Result<Draft> {
        let label = Aigc::new(&self.producer, &self.produce_id)?;
        let packet = xmp::packet(self, &label)?;
        let place = draft.place().to_path_buf();
        let action = Error::io("label the file", &place);
        match container {
            Container::Mp4 | Container::Mov => place::append_box(draft.file(), &packet).map_err(action)?,
            Container::Wav => place::append_chunks(draft.file(), &label.json()?, &packet).map_err(action)?,
            // Matroska has its tags and no place for XMP.
            Container::Mkv => {}
        }
        let Some(signer) = &self.signer else { return Ok(draft) };
        let mut signed = Draft::create(&place, &format!(".{}", container.extension()))?;
        sign::sign(signer, self, container, sources, &place, draft.file(), signed.file())?;
        Ok(signed)
    }

    /// What is wrong with the labels that were read back from a file that this was written into.
    pub(crate) fn kept(&self, labels: &Labels, container: Container) -> std::result::Result<(), String> {
        let label = Aigc::new(&self.producer, &self.produce_id).map_err(|error| error.to_string())?;
        if labels.aigc.as_ref() != Some(&label) {
            let why = labels.aigc_problem.as_deref().unwrap_or("it is another one or none");
            return Err(format!("its AI label cannot be read: {why}"));
        }
        if container != Container::Mkv && labels.xmp_source_type != Some(self.source.address()) {
            return Err(format!("its digital source type is {:?}", labels.xmp_source_type));
        }
        match (&self.signer, &labels.c2pa) {
            (None, C2pa::Absent) => Ok(()),
            (Some(_), C2pa::Valid { source_type, .. }) if *source_type == Some(self.source.address()) => Ok(()),
            (_, found) => Err(format!("its C2PA manifest is not as it should be: {found:?}")),
        }
    }
}

/// The AIGC label and the maker's own tags, checked.
pub(crate) fn tags(label: &Aigc, own: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::from([(AIGC.to_owned(), label.json()?)]);
    for (name, value) in own {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::Spec(format!("the metadata name {name:?} must be ASCII without spaces")));
        }
        // FFmpeg keeps one entry for names that differ only in case.
        if all.keys().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(Error::Spec(format!("the metadata name {name:?} is taken")));
        }
        if value.contains('\0') {
            return Err(Error::Spec(format!("the metadata value of {name:?} contains a zero byte")));
        }
        all.insert(name.clone(), value.clone());
    }
    Ok(all)
}
