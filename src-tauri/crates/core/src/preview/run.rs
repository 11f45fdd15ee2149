//! Which frame of the programme is seen at which place of what plays.

/// Frames from one to another, and over again where it is so said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    from: u32,
    to: u32,
    again: Option<u32>,
}

impl Run {
    /// From a frame to the one before `to`, then on with `again`.
    pub fn new(from: u32, to: u32, again: Option<u32>) -> Self {
        Self { from, to, again: again.filter(|again| *again < to) }
    }

    /// The frame at a place, and how many follow without a jump, itself among them. Nothing behind the end.
    pub fn at(self, place: u32) -> Option<(u32, u32)> {
        let first = self.to.saturating_sub(self.from);
        if place < first {
            return Some((self.from + place, first - place));
        }
        let again = self.again?;
        let length = self.to - again;
        let into = (place - first) % length;
        Some((again + into, length - into))
    }
}
