//! Stub.
pub fn work_off(_desk: &super::Desk, _jobs: Option<Vec<gallop_protocol::Id>>, _json: bool) -> anyhow::Result<()> {
    anyhow::bail!("later")
}
