//! The layers of a network: all in memory, or brought one after the other while the one before computes.

use crate::Result;

/// Which layers of a network are in memory between its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layers {
    /// All.
    #[default]
    Resident,
    /// Some. The others come from their file for each call and go again: while one computes, the next one is loaded, so
    /// that two of them are in memory at most. The result is the same to the bit.
    Streamed {
        /// How many stay.
        kept: usize,
    },
}

impl Layers {
    /// Whether layer `index` of `count` stays. Those that do are spread evenly, so that each of the others has their
    /// time to come.
    pub fn keeps(self, index: usize, count: usize) -> bool {
        match self {
            Self::Resident => true,
            Self::Streamed { kept } => {
                let kept = kept.min(count) as u128;
                let before = |index: usize| index as u128 * kept / count.max(1) as u128;
                before(index + 1) > before(index)
            }
        }
    }

    /// The most bytes of layers that are in memory at once, where `layers` are the bytes of each.
    pub fn peak_bytes(self, layers: &[u64]) -> u64 {
        let (kept, coming) = self.split(layers);
        let pairs = coming.windows(2).map(|pair| pair.iter().sum());
        kept + pairs.max().or(coming.first().copied()).unwrap_or(0)
    }

    /// The bytes that come for each call, where `layers` are the bytes of each layer.
    pub fn streamed_bytes(self, layers: &[u64]) -> u64 {
        self.split(layers).1.iter().sum()
    }

    /// The bytes of all layers that stay, and of each that does not.
    fn split(self, layers: &[u64]) -> (u64, Vec<u64>) {
        let (mut kept, mut coming) = (0, Vec::new());
        for (index, bytes) in layers.iter().enumerate() {
            if self.keeps(index, layers.len()) { kept += bytes } else { coming.push(*bytes) }
        }
        (kept, coming)
    }
}

/// The layers of a network in their order.
pub(crate) struct Stack<L> {
    /// Those that stay.
    layers: Vec<Option<L>>,
    load: Box<dyn Fn(usize) -> Result<L> + Send + Sync>,
}

impl<L: Send> Stack<L> {
    /// `count` layers, of which those that stay are loaded now.
    ///
    /// # Errors
    /// Those of `load`.
    pub(crate) fn new(
        count: usize,
        layers: Layers,
        load: impl Fn(usize) -> Result<L> + Send + Sync + 'static,
    ) -> Result<Self> {
        let one = |index: usize| layers.keeps(index, count).then(|| load(index)).transpose();
        Ok(Self { layers: (0..count).map(one).collect::<Result<_>>()?, load: Box::new(load) })
    }

    /// Calls `with` for each layer in their order.
    ///
    /// # Errors
    /// Those of loading a layer, and those of `with`, which end it.
    pub(crate) fn each(&self, mut with: impl FnMut(usize, &L) -> Result<()>) -> Result<()> {
        // The next layer that does not stay, on its way.
        let load = &*self.load;
        let next = |from: usize| (from..self.layers.len()).find(|index| self.layers[*index].is_none());
        std::thread::scope(|scope| {
            let fetch = |from: usize| next(from).map(|index| scope.spawn(move || load(index)));
            let mut coming = fetch(0);
            for (index, layer) in self.layers.iter().enumerate() {
                match (layer, coming.take()) {
                    (Some(layer), still) => {
                        coming = still;
                        with(index, layer)?;
                    }
                    (None, Some(thread)) => {
                        let layer = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                        coming = fetch(index + 1);
                        with(index, &layer)?;
                    }
                    (None, None) => with(index, &load(index)?)?,
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::Error;

    /// A layer that is counted while it lives.
    struct Counted(usize, Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.1.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn stack(count: usize, layers: Layers) -> (Stack<Counted>, Arc<AtomicUsize>, Arc<AtomicUsize>) {
        let (alive, most) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let counts = (Arc::clone(&alive), Arc::clone(&most));
        let load = move |index| {
            let now = counts.0.fetch_add(1, Ordering::SeqCst) + 1;
            counts.1.fetch_max(now, Ordering::SeqCst);
            Ok(Counted(index, Arc::clone(&counts.0)))
        };
        (Stack::new(count, layers, load).expect("stack"), alive, most)
    }

    #[test]
    fn layers_come_in_their_order_and_two_at_most() {
        for (layers, staying) in [
            (Layers::Resident, 7),
            (Layers::Streamed { kept: 0 }, 0),
            (Layers::Streamed { kept: 3 }, 3),
            (Layers::Streamed { kept: 9 }, 7),
        ] {
            let (stack, alive, most) = stack(7, layers);
            for _ in 0..2 {
                let mut seen = Vec::new();
                stack
                    .each(|index, layer| {
                        seen.push((index, layer.0));
                        Ok(())
                    })
                    .expect("all");
                assert_eq!(seen, (0..7).map(|index| (index, index)).collect::<Vec<_>>());
                assert_eq!(alive.load(Ordering::SeqCst), staying, "{layers:?}");
            }
            let most = most.load(Ordering::SeqCst);
            assert!(most <= 7.min(staying + 2), "{most} at once of {layers:?}");
        }
    }

    #[test]
    fn what_cannot_be_loaded_ends_the_call() {
        let load = |index| if index == 2 { Err(Error::Input("gone".into())) } else { Ok(index) };
        let stack = Stack::new(4, Layers::Streamed { kept: 0 }, load).expect("nothing is loaded yet");
        let mut seen = 0;
        let error = stack
            .each(|_, _| {
                seen += 1;
                Ok(())
            })
            .expect_err("a missing layer");
        assert!(error.to_string() == "gone" && seen == 2, "{error} after {seen}");
        let stop = |_: usize, _: &usize| Err(Error::Cancelled);
        assert!(matches!(stack.each(stop), Err(Error::Cancelled)));
        assert!(Stack::new(4, Layers::Resident, load).is_err());
    }

    #[test]
    fn bytes_are_those_of_layers_that_meet() {
        let bytes = [8, 1, 1, 4, 8];
        for (layers, peak, streamed) in [
            (Layers::Resident, 22, 0),
            (Layers::Streamed { kept: 0 }, 12, 22),
            // The last of each half stays: the second, the fourth and the fifth of five.
            (Layers::Streamed { kept: 3 }, 22, 9),
            (Layers::Streamed { kept: 4 }, 22, 8),
        ] {
            assert_eq!((layers.peak_bytes(&bytes), layers.streamed_bytes(&bytes)), (peak, streamed), "{layers:?}");
        }
        assert_eq!(Layers::Streamed { kept: 0 }.peak_bytes(&[]), 0);
        assert_eq!(Layers::Streamed { kept: 0 }.peak_bytes(&[5]), 5);
    }
}
