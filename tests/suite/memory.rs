//! How much memory a piece of code holds at most, in this thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes that this thread holds now, and the most it held since a watch began. What crosses threads may make the
    /// first negative.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: isize) {
    // A thread that ends frees after its cells are gone.
    let _ = HELD.try_with(|cell| {
        let (now, most) = cell.get();
        let now = now + bytes;
        cell.set((now, most.max(now)));
    });
}

// SAFETY: every call is handed on to the system's allocator unchanged; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new may both be there for a moment.
        count(size.cast_signed());
        // SAFETY: the caller keeps the contract.
        let moved = unsafe { System.realloc(place, layout, size) };
        count(-layout.size().cast_signed());
        moved
    }
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
