//! Whether an NVIDIA card can be used, and why not, asked of its driver before anything else touches it.
//!
//! The driver's library and NVIDIA's libraries for products and random numbers are opened when they are first needed, so
//! that a program built for cards starts on a machine without one. This module looks for them in the same places as
//! `packaging/cuda/lazy.c`: the folder that `GALLOP_CUDA_LIBRARIES` names, `cuda` beside the program, where the system
//! looks.

use candle_core::Device;

use crate::{Error, Result};

/// The oldest driver interface that runs what is built with CUDA 13.0, as `1000 major + 10 minor`.
pub const OLDEST_INTERFACE: i32 = 13_000;
/// The first generation with bfloat16 on its matrix units: Ampere.
pub const OLDEST_GENERATION: (i32, i32) = (8, 0);

/// Why a card cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// The program has no kernels in it.
    #[error("this gallop was built without CUDA; start gallop-cuda, or build it with --features cuda")]
    NotBuilt,
    /// The driver's library is not there.
    #[error("NVIDIA's driver is not installed (libcuda.so.1 is not there); install driver 580 or later")]
    NoDriver,
    /// The driver is too old.
    #[error(
        "NVIDIA's driver is too old: it runs CUDA {}.{}, and this needs {}.{}; install driver 580 or later",
        found / 1000, found % 1000 / 10, OLDEST_INTERFACE / 1000, OLDEST_INTERFACE % 1000 / 10
    )]
    OldDriver {
        /// Its interface, as `1000 major + 10 minor`.
        found: i32,
    },
    /// The driver sees no card.
    #[error("NVIDIA's driver is there, but it sees no card")]
    NoCard,
    /// The card cannot compute in bfloat16.
    #[error("{name} is of generation {}.{}, and this needs 8.0 (RTX 30, A100) or later", generation.0, generation.1)]
    OldCard {
        /// What it calls itself.
        name: String,
        /// Its compute capability.
        generation: (i32, i32),
    },
    /// A library of NVIDIA's is not there.
    #[error(
        "NVIDIA's library {file} is not there; install CUDA 13, or put the library into the folder `cuda` beside this program"
    )]
    NoLibrary {
        /// Its file name.
        file: &'static str,
    },
    /// The driver refuses.
    #[error(
        "NVIDIA's driver does not start (error {status}); restart the machine, and if that does not help install the driver again"
    )]
    Driver {
        /// Its status, a `CUresult`.
        status: i32,
    },
    /// The card computes other results than the CPU.
    #[error(
        "the card computes wrong results ({operation} is off by {error:.1e}), so it is not used; update its driver"
    )]
    SelfTest {
        /// What went wrong first.
        operation: &'static str,
        /// The share that the result is off by.
        error: f32,
    },
    /// The card has no memory left.
    #[error("the card is out of memory; close what else uses it, or choose a smaller size")]
    OutOfMemory,
    /// The card went away, or what ran on it failed in a way that it does not recover from.
    #[error("the card was lost ({0}); the work goes on from its last finished stage when the engine starts again")]
    Lost(&'static str),
}

/// What the driver says of its first card.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it calls itself.
    pub name: String,
    /// Its compute capability.
    pub generation: (i32, i32),
    /// All of its memory.
    pub total_bytes: u64,
    /// The driver's interface, as `1000 major + 10 minor`.
    pub interface: i32,
}

/// Asks the driver, without taking any memory of a card.
///
/// # Errors
/// The first reason why no card can be used.
pub fn look() -> Result<Found, Problem> {
    let found = driver::look()?;
    if found.interface < OLDEST_INTERFACE {
        return Err(Problem::OldDriver { found: found.interface });
    }
    if found.generation < OLDEST_GENERATION {
        return Err(Problem::OldCard { name: found.name, generation: found.generation });
    }
    Ok(found)
}

/// Opens the first card and lets it compute known numbers: what is returned can be trusted.
///
/// # Errors
/// [`Error::Card`] tells why there is none.
pub fn open() -> Result<Device> {
    if !cfg!(feature = "cuda") {
        return Err(Problem::NotBuilt.into());
    }
    look()?;
    for file in ["libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"] {
        if !driver::can_open(file) {
            return Err(Problem::NoLibrary { file }.into());
        }
    }
    let device =
        Device::new_cuda(0).map_err(|error| explain(&error.to_string()).map_or(Error::Tensor(error), Error::Card))?;
    crate::ops::self_test::ensure(&device)?;
    Ok(device)
}

/// What the driver's error in a message means for people; nothing where it is none that they can act on.
pub fn explain(message: &str) -> Option<Problem> {
    const LOST: [(&str, &str); 7] = [
        ("CUDA_ERROR_ECC_UNCORRECTABLE", "its memory failed"),
        ("CUDA_ERROR_NVLINK_UNCORRECTABLE", "its link failed"),
        ("CUDA_ERROR_ILLEGAL_ADDRESS", "a kernel read beyond its memory"),
        ("CUDA_ERROR_LAUNCH_FAILED", "a kernel failed"),
        ("CUDA_ERROR_LAUNCH_TIMEOUT", "the system stopped a kernel that ran too long"),
        ("CUDA_ERROR_DEVICE_UNAVAILABLE", "another process has it to itself"),
        ("CUDA_ERROR_UNKNOWN", "the driver does not say why"),
    ];
    if message.contains("CUDA_ERROR_OUT_OF_MEMORY") || message.contains("CUBLAS_STATUS_ALLOC_FAILED") {
        return Some(Problem::OutOfMemory);
    }
    if message.contains("CUDA_ERROR_NO_DEVICE") {
        return Some(Problem::NoCard);
    }
    LOST.iter().find(|(name, _)| message.contains(name)).map(|(_, reason)| Problem::Lost(reason))
}

#[cfg(unix)]
mod driver {
    //! The few functions of the driver that are asked here.

    use std::ffi::{CStr, CString, c_char, c_int, c_void};
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::PathBuf;

    use super::{Found, Problem};

    unsafe extern "C" {
        fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    const LAZY: c_int = 1;
    /// `CUDA_ERROR_NO_DEVICE`.
    const NO_DEVICE: c_int = 100;
    /// `CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR` and `_MINOR`.
    const GENERATION: [c_int; 2] = [75, 76];

    /// Opens a library as `packaging/cuda/lazy.c` does; null where it is not there.
    fn open(file: &str) -> *mut c_void {
        let named = std::env::var_os("GALLOP_CUDA_LIBRARIES").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let beside = std::env::current_exe().ok().and_then(|here| Some(here.parent()?.join("cuda")));
        let folders = named.into_iter().chain(beside).map(|folder| folder.join(file));
        for path in folders.chain([PathBuf::from(file)]) {
            let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { continue };
            // SAFETY: the path ends in a zero; the library stays open.
            let library = unsafe { dlopen(path.as_ptr(), LAZY) };
            if !library.is_null() {
                return library;
            }
        }
        std::ptr::null_mut()
    }

    pub(super) fn can_open(file: &str) -> bool {
        !open(file).is_null()
    }

    pub(super) fn look() -> Result<Found, Problem> {
        let library = open("libcuda.so.1");
        if library.is_null() {
            return Err(Problem::NoDriver);
        }
        let function = |name: &CStr| {
            // SAFETY: the library is open, the name ends in a zero.
            let function = unsafe { dlsym(library, name.as_ptr()) };
            if function.is_null() { Err(Problem::NoDriver) } else { Ok(function) }
        };
        let checked = |status: c_int| match status {
            0 => Ok(()),
            NO_DEVICE => Err(Problem::NoCard),
            status => Err(Problem::Driver { status }),
        };
        type Init = unsafe extern "C" fn(u32) -> c_int;
        type Number = unsafe extern "C" fn(*mut c_int) -> c_int;
        type Device = unsafe extern "C" fn(*mut c_int, c_int) -> c_int;
        type Attribute = unsafe extern "C" fn(*mut c_int, c_int, c_int) -> c_int;
        type Name = unsafe extern "C" fn(*mut c_char, c_int, c_int) -> c_int;
        type Memory = unsafe extern "C" fn(*mut usize, c_int) -> c_int;
        // SAFETY: these are the types that `cuda.h` declares the functions with.
        let (version, init, count, device, attribute, name_of, memory) = unsafe {
            (
                std::mem::transmute::<*mut c_void, Number>(function(c"cuDriverGetVersion")?),
                std::mem::transmute::<*mut c_void, Init>(function(c"cuInit")?),
                std::mem::transmute::<*mut c_void, Number>(function(c"cuDeviceGetCount")?),
                std::mem::transmute::<*mut c_void, Device>(function(c"cuDeviceGet")?),
                std::mem::transmute::<*mut c_void, Attribute>(function(c"cuDeviceGetAttribute")?),
                std::mem::transmute::<*mut c_void, Name>(function(c"cuDeviceGetName")?),
                std::mem::transmute::<*mut c_void, Memory>(function(c"cuDeviceTotalMem_v2")?),
            )
        };
        let (mut interface, mut cards, mut card, mut total) = (0, 0, 0, 0usize);
        let (mut generation, mut name) = ([0; 2], [0 as c_char; 256]);
        // SAFETY: each place is of the type that its function writes, and the name has room for its last zero.
        unsafe {
            // The version can be asked of a driver that does not start.
            checked(version(&mut interface))?;
            checked(init(0))?;
            checked(count(&mut cards))?;
            if cards == 0 {
                return Err(Problem::NoCard);
            }
            checked(device(&mut card, 0))?;
            for (value, which) in generation.iter_mut().zip(GENERATION) {
                checked(attribute(value, which, card))?;
            }
            checked(name_of(name.as_mut_ptr(), 255, card))?;
            checked(memory(&mut total, card))?;
        }
        let bytes: Vec<u8> = name.iter().take_while(|byte| **byte != 0).map(|byte| byte.cast_unsigned()).collect();
        let name = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Found { name, generation: (generation[0], generation[1]), total_bytes: total as u64, interface })
    }
}

#[cfg(not(unix))]
mod driver {
    //! The engine for cards is not built here yet.

    use super::{Found, Problem};

    pub(super) fn can_open(_: &str) -> bool {
        false
    }

    pub(super) fn look() -> Result<Found, Problem> {
        Err(Problem::NotBuilt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drivers_errors_are_explained() {
        let said = |message| explain(message).map(|problem| problem.to_string());
        assert_eq!(explain("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")"), Some(Problem::OutOfMemory));
        assert!(said("CUDA_ERROR_ILLEGAL_ADDRESS").is_some_and(|text| text.contains("lost (a kernel read")));
        assert_eq!(explain("shape mismatch"), None);
        let old = Problem::OldDriver { found: 12_080 }.to_string();
        assert!(old.contains("runs CUDA 12.8") && old.contains("needs 13.0"), "{old}");
    }
}
