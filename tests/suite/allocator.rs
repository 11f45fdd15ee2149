//! An allocator that tells of every byte that comes and goes.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, which tells this function how many bytes are taken, or with a minus given back. The function must
/// neither allocate nor panic.
pub struct Counting(pub fn(isize));

// SAFETY: every call is handed on to the system's allocator unchanged; whoever counts neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        (self.0)(layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        (self.0)(layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        (self.0)(-layout.size().cast_signed());
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new may both be there for a moment.
        (self.0)(size.cast_signed());
        // SAFETY: the caller keeps the contract.
        let moved = unsafe { System.realloc(place, layout, size) };
        (self.0)(-layout.size().cast_signed());
        moved
    }
}
