//! How much memory a piece of code holds at most, in this thread.

#[path = "allocator.rs"]
mod allocator;

use std::cell::Cell;

use allocator::Counting;

thread_local! {
    /// Bytes that this thread holds now, and the most it held since a watch began. What crosses threads may make the
    /// first negative.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

fn count(bytes: isize) {
    // A thread that ends frees after its cells are gone.
    let _ = HELD.try_with(|cell| {
        let (now, most) = cell.get();
        let now = now + bytes;
        cell.set((now, most.max(now)));
    });
}

/// A look at this thread's memory from now on.
pub struct Watch {
    before: isize,
}

impl Watch {
    /// Begins to watch.
    pub fn begin() -> Self {
        HELD.with(|cell| {
            let (now, _) = cell.get();
            cell.set((now, now));
            Self { before: now }
        })
    }

    /// The most bytes that were held at once, beside what was held before.
    pub fn most_held_bytes(&self) -> usize {
        HELD.with(|cell| usize::try_from(cell.get().1 - self.before).unwrap_or(0))
    }
}
