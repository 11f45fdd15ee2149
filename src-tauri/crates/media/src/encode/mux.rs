//! Putting packets into files.

use std::{
    collections::BTreeMap,
    ffi::{CStr, CString},
    path::{Path, PathBuf},
};

use ffmpeg_next::{Dictionary, Packet, ffi, format};

use super::{AudioEncoder, Container, RATE, VideoCodec, VideoEncoder, none_left};
use crate::{Error, FrameRate, Result, files::Draft};

/// An open file that packets go into.
pub(crate) struct Muxer {
    output: format::context::Output,
    /// What one unit of time is to each track's packets, in seconds.
    units: Vec<(i32, i32)>,
    /// Where the file will be, for messages.
    place: PathBuf,
}

impl Muxer {
    /// Opens the draft's file and writes its head. Pictures become the first track.
    pub(crate) fn open(
        draft: &Draft,
        container: Container,
        video: Option<(&VideoEncoder, VideoCodec, FrameRate)>,
        audio: Option<&AudioEncoder>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let action = "start the file";
        let place = draft.place().to_path_buf();
        let refused = |why| Error::Write { action, why, path: draft.place().to_path_buf() };
        let failed = |error| Error::write(action, error, draft.place());
        let mut output = allocate(&file_url(draft.path()).map_err(refused)?, format_name(container)).map_err(failed)?;
        let mut units = Vec::new();
        if let Some((video, codec, fps)) = video {
            let rate = (fps.num as i32, fps.den as i32);
            let mut stream = output.add_stream_with(video.encoder()).map_err(failed)?;
            stream.set_time_base((rate.1, rate.0));
            stream.set_avg_frame_rate(rate);
            stream.set_rate(rate);
            if codec == VideoCodec::Hevc {
                // SAFETY: the stream lives as long as the output; the tag is a plain number.
                unsafe { (*(*stream.as_mut_ptr()).codecpar).codec_tag = u32::from_le_bytes(*b"hvc1") };
            }
            units.push((rate.1, rate.0));
        }
        if let Some(audio) = audio {
            let mut stream = output.add_stream_with(audio.encoder()).map_err(failed)?;
            stream.set_time_base((1, RATE as i32));
            units.push((1, RATE as i32));
        }
        let mut options = Dictionary::new();
        match container {
            Container::Mp4 | Container::Mov => {
                // Without `use_metadata_tags` FFmpeg drops every name that it does not know, in silence.
                options.set("movflags", "+faststart+use_metadata_tags");
                options.set("use_editlist", "0");
                // The whole file's length is written in these units; FFmpeg's milliseconds would not fit most frame rates.
                options.set("movie_timescale", &RATE.to_string());
            }
            Container::Mkv => {}
            // Labels are added behind the sound as chunks of a plain WAV file; see `provenance::riff`.
            Container::Wav => options.set("rf64", "never"),
        }
        if container != Container::Wav {
            output.set_metadata(metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect());
        }
        let left = output.write_header_with(options).map_err(failed)?;
        none_left(&left).map_err(refused)?;
        drop(left);
        Ok(Self { output, units, place })
    }

    /// Hands over a packet of a track, whose times are in that track's own units.
    pub(crate) fn write(&mut self, mut packet: Packet, track: usize) -> Result<()> {
        let units = self.units.get(track).copied().unwrap_or((1, RATE as i32));
        let stream_units = self.output.stream(track).map(|stream| stream.time_base());
        packet.set_stream(track);
        packet.set_position(-1);
        packet.rescale_ts(units, stream_units.unwrap_or(units.into()));
        packet
            .write_interleaved(&mut self.output)
            .map_err(|error| Error::write("write to the file", error, &self.place))
    }

    /// Completes the file and closes it.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.output.write_trailer().map_err(|error| Error::write("complete the file", error, &self.place))
    }
}

/// FFmpeg's name of the muxer.
fn format_name(container: Container) -> &'static CStr {
    match container {
        Container::Mp4 => c"mp4",
        Container::Mov => c"mov",
        Container::Mkv => c"matroska",
        Container::Wav => c"wav",
    }
}

/// A muxer for a file at this address. Unlike the binding's own call it takes names that are not Unicode.
fn allocate(url: &CString, name: &CStr) -> std::result::Result<format::context::Output, ffmpeg_next::Error> {
    let mut context = std::ptr::null_mut();
    // SAFETY: FFmpeg allocates the context; it is freed here on failure and by its owner on success.
    unsafe {
        let made =
            ffi::avformat_alloc_output_context2(&raw mut context, std::ptr::null_mut(), name.as_ptr(), url.as_ptr());
        if made < 0 {
            return Err(made.into());
        }
        let opened = ffi::avio_open(&raw mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE);
        if opened < 0 {
            ffi::avformat_free_context(context);
            return Err(opened.into());
        }
        Ok(format::context::Output::wrap(context))
    }
}

/// How FFmpeg is told to open this file and not, say, a protocol that its name looks like.
fn file_url(path: &Path) -> std::result::Result<CString, String> {
    let mut url = b"file:".to_vec();
    #[cfg(unix)]
    url.extend_from_slice(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
    #[cfg(not(unix))]
    url.extend_from_slice(path.to_str().ok_or("its folder's name is not valid Unicode")?.as_bytes());
    CString::new(url).map_err(|_| "its name contains a zero byte".to_owned())
}
