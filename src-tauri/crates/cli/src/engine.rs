//! `gallop engine`.

use gallop_core::places::Places;
use gallop_engine::{Options, serve};

use crate::args::EngineArgs;
use crate::model;

/// Serves the studio at the other end of stdin and stdout.
pub fn run(args: EngineArgs) -> anyhow::Result<()> {
    let Places { cache, .. } = Places::of_this_user()?;
    let limits = args.limits.budgets();
    let named: Vec<_> = args.model.into_iter().map(Into::into).collect();
    let models = if named.is_empty() { model::all() } else { named };
    let options = Options { cache, device: args.device.map(Into::into), models, limits };
    serve(&options, std::io::stdin(), std::io::stdout())
}
