//! `gallop engine`.

use gallop_core::places::Places;
use gallop_engine::{Options, serve};

use crate::args::EngineArgs;

/// Serves the studio at the other end of stdin and stdout.
pub fn run(args: EngineArgs) -> anyhow::Result<()> {
    let Places { cache, .. } = Places::of_this_user()?;
    let limits = args.limits.budgets();
    let options = Options { cache, device: args.device.map(Into::into), models: args.model, limits };
    serve(&options, std::io::stdin(), std::io::stdout())
}
