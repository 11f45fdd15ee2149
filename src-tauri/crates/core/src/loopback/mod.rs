//! A server on this machine only: clips and pictures for the window, and the whole studio for a browser.
//!
//! ```text
//! http://127.0.0.1:PORT/TOKEN/
//!   takes/<id>/clip.mp4, poster.png, peaks.json   of the open project
//!   media/<sha256>, media/<sha256>/peaks.json     files that were taken into it, and the outline of their sound
//!   media/<sha256>/poster.png                     a picture of a film among them
//!   previews/<job>.png                            how a running job or export looks now
//!   posters/<project>.png                         a picture of any project of the library
//!   preview                                       a socket: the timeline as it is exported
//! and where a browser is served:
//!   ws                                            calls and events
//!   upload                                        files, which the browser has no paths of
//!   anything else                                 the pages
//! ```
//!
//! Who may: only programs of this machine reach the port; of them those that know the token, which is in the address and
//! new at every start. A page of a stranger cannot get at it through the user's browser: the host must be this one (so
//! that a name that was made to point here does not help), and an origin, where one is told, must be this server's own; the
//! window's origin may read clips, pictures and the preview.

mod files;
mod guard;
mod peaks;
mod preview;
mod range;
mod respond;
mod serve;
mod socket;
mod stills;
pub(crate) mod upload;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Weak;
use std::thread::JoinHandle;

use anyhow::Context as _;
use bytes::Bytes;
use tokio::sync::watch;

use crate::api::Studio;
use crate::{Code, coded};

use self::guard::Guard;

pub use self::upload::MAX_BYTES as MAX_UPLOAD_BYTES;

/// The pages of the user interface: a file's name to its bytes and type.
pub type Pages = Box<dyn Fn(&str) -> Option<Page> + Send + Sync>;

/// A file of the user interface.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its content.
    pub bytes: Bytes,
    /// Its type, as `text/html; charset=utf-8`.
    pub kind: &'static str,
}

/// A server that runs until this goes away.
pub struct Loopback {
    address: String,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Its address, with the token and a slash at its end.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // One that panicked has nothing left to stop.
            thread.join().ok();
        }
    }
}

/// Starts serving a studio, as long as it is there. Port 0 is any that is free.
///
/// # Errors
/// The port is taken, or the system has no chance for the token.
pub(crate) fn start(studio: Weak<Studio>, port: u16, pages: Option<Pages>) -> anyhow::Result<Loopback> {
    let listener =
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                coded(Code::Input, format!("the port {port} is taken; choose another, or none"))
            }
            _ => coded(Code::Input, format!("cannot listen on port {port}: {error}")),
        })?;
    listener.set_nonblocking(true).context("cannot listen")?;
    let port = listener.local_addr().context("cannot listen")?.port();
    let guard = Guard::new(port)?;
    let address = format!("http://127.0.0.1:{port}/{}/", guard.token());
    let (stop, stopped) = watch::channel(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot listen")?;
    let desk = serve::Desk::new(studio, guard, pages, stopped.clone());
    let work = move || {
        runtime.block_on(serve::serve(listener, desk, stopped));
        // Files that are still being read are not waited for.
        runtime.shutdown_background();
    };
    let thread = std::thread::Builder::new().name("loopback".into()).spawn(work).context("cannot listen")?;
    Ok(Loopback { address, stop, thread: Some(thread) })
}
