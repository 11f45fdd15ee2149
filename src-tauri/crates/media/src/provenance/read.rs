//! Reading labels back.

use std::{collections::BTreeMap, fs::File, io::Seek as _, path::Path};

use c2pa::{Context, Reader, ValidationState, assertions::Actions};
use serde::{Deserialize, Serialize};

use super::{Aigc, aigc::AIGC, place, xmp};
use crate::{Error, Result, boxes, files};

/// The labels of a file, read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// The AIGC label of GB 45438-2025.
    pub aigc: Option<Aigc>,
    /// What is wrong with a field named AIGC that is no such label.
    pub aigc_problem: Option<String>,
    /// The digital source type in its XMP, as an address.
    pub xmp_source_type: Option<String>,
    /// Its C2PA manifest.
    pub c2pa: C2pa,
}

/// The state of a C2PA manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum C2pa {
    /// There is none.
    Absent,
    /// What it says holds for this very file.
    Valid {
        /// Whether its signer stands on C2PA's trust list as well. Who signs with a certificate of one's own does not.
        trusted: bool,
        /// Who signed, as the certificate says.
        signer: Option<String>,
        /// The program that made the claim.
        generator: Option<String>,
        /// The digital source type that it claims, as an address.
        source_type: Option<String>,
    },
    /// The file was changed after it was signed, the signature is none, or the manifest cannot be read.
    Invalid {
        /// What does not hold.
        why: Vec<String>,
    },
}

/// Reads the labels of any file; `metadata` are its tags as FFmpeg gives them.
pub(crate) fn read(path: &Path, metadata: &BTreeMap<String, String>) -> Result<Labels> {
    let action = "read the labels";
    let mut file = files::open(action, path)?;
    // A file that is no MP4 has no boxes; what is torn is found by whoever reads the tracks.
    let outer = boxes::outer_boxes(&mut file).unwrap_or_default();
    let (chunk, chunk_packet) = place::read_chunks(&mut file).map_err(Error::io(action, path))?;
    let packet = match place::read_box(&mut file, &outer).map_err(Error::io(action, path))? {
        Some(packet) => Some(packet),
        None => chunk_packet,
    };
    let tag = metadata.iter().find(|(name, _)| name.eq_ignore_ascii_case(AIGC)).map(|(_, value)| value.as_str());
    let (aigc, aigc_problem) = match tag.or(chunk.as_deref()).map(Aigc::parse) {
        None => (None, None),
        Some(Ok(label)) => (Some(label), None),
        Some(Err(why)) => (None, Some(why)),
    };
    let c2pa = read_manifest(&mut file, path).map_err(Error::io(action, path))?;
    Ok(Labels { aigc, aigc_problem, xmp_source_type: packet.as_deref().and_then(xmp::source_type), c2pa })
}

fn read_manifest(file: &mut File, path: &Path) -> std::io::Result<C2pa> {
    file.rewind()?;
    // The bytes decide; the name is for kinds of files that their bytes do not tell.
    let kind = path.extension().and_then(|extension| extension.to_str()).unwrap_or("mp4");
    // Nothing is fetched from the net: a manifest stands in the file or there is none.
    let settings = serde_json::json!({ "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false } }).to_string();
    let read = Context::new()
        .with_settings(settings)
        .and_then(|context| Reader::from_context(context).with_stream(kind, &mut *file));
    let reader = match read {
        Ok(reader) => reader,
        // Not signed, or of a kind that cannot be.
        Err(c2pa::Error::JumbfNotFound | c2pa::Error::UnsupportedType | c2pa::Error::ProvenanceMissing) => {
            return Ok(C2pa::Absent);
        }
        Err(error) => return Ok(C2pa::Invalid { why: vec![error.to_string()] }),
    };
    let trusted = match reader.validation_state() {
        ValidationState::Trusted => true,
        ValidationState::Valid => false,
        ValidationState::Invalid => {
            let problems = reader.validation_status().unwrap_or_default();
            // Many a manifest repeats the same finding for each of its parts.
            let mut why: Vec<String> = problems.iter().map(|problem| problem.code().to_owned()).collect();
            why.dedup();
            why.truncate(20);
            return Ok(C2pa::Invalid { why });
        }
    };
    let manifest = reader.active_manifest();
    let generator = manifest.and_then(|manifest| manifest.claim_generator_info.as_ref()).and_then(|all| all.first());
    let generator = generator.map(|info| match info.version.as_deref() {
        Some(version) => format!("{} {version}", info.name),
        None => info.name.clone(),
    });
    let actions = manifest.and_then(|manifest| manifest.find_assertion::<Actions>(Actions::LABEL).ok());
    let source_type = actions.and_then(|actions| {
        let source = actions.actions().iter().find_map(|action| action.source_type().cloned())?;
        serde_json::to_value(source).ok()?.as_str().map(str::to_owned)
    });
    let signer = manifest.and_then(|manifest| manifest.common_name().or_else(|| manifest.issuer()));
    Ok(C2pa::Valid { trusted, signer, generator, source_type })
}
