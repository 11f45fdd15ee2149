//! The XMP packet that names the digital source type (IPTC) and repeats the AIGC label.

use super::{Aigc, Provenance, SourceType};
use crate::Result;

/// The `uuid` box that holds XMP in MP4 and MOV files (XMP specification, part 3, §1.1.4).
pub(super) const UUID: [u8; 16] =
    [0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac];

/// Where IPTC's terms live.
const TERMS: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";

impl SourceType {
    /// The last part of its address.
    pub fn term(self) -> &'static str {
        match self {
            Self::TrainedAlgorithmicMedia => "trainedAlgorithmicMedia",
            Self::CompositeWithTrainedAlgorithmicMedia => "compositeWithTrainedAlgorithmicMedia",
        }
    }

    /// Its address.
    pub fn address(self) -> String {
        format!("{TERMS}{}", self.term())
    }
}

/// The packet, read-only and without padding: nothing may change the file later.
pub(super) fn packet(provenance: &Provenance, label: &Aigc) -> Result<String> {
    let source = provenance.source.address();
    let created = escape(&provenance.created);
    let tool = concat!("Gallop ", env!("CARGO_PKG_VERSION"));
    let label = escape(&label.json()?);
    Ok(format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">
   <xmp:CreatorTool>{tool}</xmp:CreatorTool>
   <xmp:CreateDate>{created}</xmp:CreateDate>
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
   <TC260:AIGC>{label}</TC260:AIGC>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"#,
        bom = '\u{feff}',
    ))
}

/// The digital source type of a packet, written as an element or as an attribute.
pub(super) fn source_type(packet: &str) -> Option<String> {
    value(packet, "DigitalSourceType")
}

/// The value of the first property with this name, whatever its prefix.
fn value(packet: &str, name: &str) -> Option<String> {
    for (at, _) in packet.match_indices(name) {
        let after = packet.get(at + name.len()..)?;
        let found = if let Some(text) = after.strip_prefix('>') {
            text.split('<').next()
        } else {
            let text = after.trim_start().strip_prefix('=').map(str::trim_start);
            text.and_then(|text| match text.chars().next() {
                Some(quote @ ('"' | '\'')) => text.get(1..)?.split(quote).next(),
                _ => None,
            })
        };
        if let Some(found) = found.map(str::trim).filter(|found| !found.is_empty()) {
            return Some(unescape(found));
        }
    }
    None
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(created: &str) -> String {
        let provenance = Provenance {
            producer: "A&B<c>".into(),
            produce_id: "1".into(),
            source: SourceType::CompositeWithTrainedAlgorithmicMedia,
            models: Vec::new(),
            created: created.into(),
            signer: None,
        };
        let label = Aigc::new(&provenance.producer, &provenance.produce_id);
        label.and_then(|label| packet(&provenance, &label)).unwrap_or_default()
    }

    #[test]
    fn what_is_written_is_read() {
        let packet = made("2026-11-21T10:00:00Z");
        let address = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
        assert_eq!(source_type(&packet).as_deref(), Some(address));
        let label = value(&packet, "AIGC");
        assert_eq!(
            label.and_then(|json| Aigc::parse(&json).ok()).map(|label| label.content_producer),
            Some("A&B<c>".into())
        );
        assert!(made("<evil>").contains("&lt;evil&gt;"));
    }

    #[test]
    fn other_ways_to_write_it_are_read() {
        for text in [
            "<a:DigitalSourceType>x</a:DigitalSourceType>",
            "<r:D a:DigitalSourceType=\"x\"/>",
            "<r:D a:DigitalSourceType = ' x '/>",
            "DigitalSourceType nothing; a:DigitalSourceType='x'",
        ] {
            assert_eq!(source_type(text).as_deref(), Some("x"), "{text}");
        }
        for text in ["", "DigitalSourceType", "DigitalSourceType=", "DigitalSourceType=\"", "DigitalSourceType><", "é"]
        {
            assert_eq!(source_type(text), None, "{text}");
        }
    }
}
