//! Gallop on the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // SVT-AV1 greets everybody on stderr unless its own variable says that only errors are wanted.
    if std::env::var_os("SVT_LOG").is_none() {
        // SAFETY: no other thread runs yet.
        unsafe { std::env::set_var("SVT_LOG", "1") };
    }
    gallop::run(std::env::args_os())
}
