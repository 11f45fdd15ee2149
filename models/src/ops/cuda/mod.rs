//! The same operations on an NVIDIA card: our own kernels, and cuBLASLt for products.
//!
//! Each function takes tensors as its neighbour for the CPU does and says whether it can: what a kernel was not made for
//! is left to candle's operations. All work is queued on the device's one stream, and memory is given back in the order
//! of that stream, so that an address that was handed to a kernel stays good until the kernel is done with it.

pub(crate) mod attention;
pub(crate) mod product;
pub(crate) mod stream;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use candle_core::cuda_backend::cudarc::driver::{
    CudaFunction, CudaModule, CudaStream, DevicePtr, DriverError, LaunchConfig, PushKernelArg as _, sys,
};
use candle_core::cuda_backend::cudarc::nvrtc::Ptx;
use candle_core::cuda_backend::{CudaDevice, CudaStorageSlice, DeviceId};
use candle_core::{DType, Device, Shape, Storage, Tensor};

use crate::Result;

/// A card with what is loaded onto it once: kernels, and plans for products and attention.
pub(crate) struct Card {
    stream: Arc<CudaStream>,
    modules: Vec<Arc<CudaModule>>,
    functions: Mutex<HashMap<&'static str, CudaFunction>>,
    products: product::Products,
    spans: attention::Spans,
}

/// The kernels, compiled for all cards by `build.rs`.
const KERNELS: [&[u8]; 3] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/stream.fatbin")),
    include_bytes!(concat!(env!("OUT_DIR"), "/attention.fatbin")),
    include_bytes!(concat!(env!("OUT_DIR"), "/convolution.fatbin")),
];

/// What a kernel is called with.
#[derive(Clone, Copy)]
pub(crate) enum Argument {
    Address(u64),
    Int(i32),
    Long(i64),
    Float(f32),
}

/// How a kernel is spread over the card.
pub(crate) struct Spread {
    pub grid: (usize, usize),
    pub threads: u32,
    pub shared_bytes: usize,
}

impl Card {
    /// The card that a tensor lies on; none for other devices.
    pub(crate) fn of(device: &Device) -> Result<Option<Arc<Self>>> {
        static CARDS: OnceLock<Mutex<HashMap<DeviceId, Arc<Card>>>> = OnceLock::new();
        let Device::Cuda(device) = device else { return Ok(None) };
        let mut cards = lock(CARDS.get_or_init(Mutex::default));
        if let Some(card) = cards.get(&device.id()) {
            return Ok(Some(Arc::clone(card)));
        }
        let card = Arc::new(Self::open(device)?);
        cards.insert(device.id(), Arc::clone(&card));
        Ok(Some(card))
    }

    fn open(device: &CudaDevice) -> Result<Self> {
        let stream = device.cuda_stream();
        // SAFETY: everything runs on the device's one stream, so that no use has to be told to another one.
        unsafe { device.disable_event_tracking() };
        let context = stream.context();
        context.bind_to_thread().map_err(failed)?;
        keep_freed_memory(device)?;
        let modules = KERNELS.iter().map(|image| context.load_module(Ptx::from_binary(image.to_vec())).map_err(failed));
        Ok(Self {
            modules: modules.collect::<Result<_>>()?,
            functions: Mutex::default(),
            products: product::Products::new(&stream)?,
            spans: attention::Spans::default(),
            stream,
        })
    }

    /// Queues a kernel.
    ///
    /// # Safety
    /// `arguments` are those of the kernel, and its addresses hold what it reads and writes with this spread.
    pub(crate) unsafe fn launch(&self, name: &'static str, spread: &Spread, arguments: &[Argument]) -> Result<()> {
        let (Ok(x), Ok(y)) = (u32::try_from(spread.grid.0), u32::try_from(spread.grid.1)) else {
            return Err(message(format!("{name} cannot run on a grid of {:?}", spread.grid)));
        };
        if x == 0 || y == 0 {
            return Ok(());
        }
        let function = self.function(name, spread.shared_bytes)?;
        let mut call = self.stream.launch_builder(&function);
        for argument in arguments {
            match argument {
                Argument::Address(value) => call.arg(value),
                Argument::Int(value) => call.arg(value),
                Argument::Long(value) => call.arg(value),
                Argument::Float(value) => call.arg(value),
            };
        }
        let shared_mem_bytes = spread.shared_bytes as u32;
        let config = LaunchConfig { grid_dim: (x, y, 1), block_dim: (spread.threads, 1, 1), shared_mem_bytes };
        // SAFETY: the caller's promise.
        unsafe { call.launch(config) }.map_err(failed)?;
        Ok(())
    }

    fn function(&self, name: &'static str, shared_bytes: usize) -> Result<CudaFunction> {
        let mut functions = lock(&self.functions);
        if let Some(function) = functions.get(name) {
            return Ok(function.clone());
        }
        let found = self.modules.iter().find_map(|module| module.load_function(name).ok());
        let function = found.ok_or_else(|| message(format!("there is no kernel {name}")))?;
        // Beyond 48 KiB a kernel must ask.
        if shared_bytes > 48 << 10 {
            let most = sys::CUfunction_attribute_enum::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
            function.set_attribute(most, shared_bytes as i32).map_err(failed)?;
        }
        functions.insert(name, function.clone());
        Ok(function)
    }

    /// The address of the first value of a contiguous tensor of this type on the card.
    pub(crate) fn address(&self, tensor: &Tensor, dtype: DType) -> Result<Argument> {
        let (storage, layout) = tensor.storage_and_layout();
        let Some((start, _)) = layout.contiguous_offsets() else {
            return Err(candle_core::Error::RequiresContiguous { op: "address" }.bt().into());
        };
        let Storage::Cuda(storage) = &*storage else {
            return Err(message(format!("a tensor on the card was expected, not on {:?}", tensor.device().location())));
        };
        let first = match (&storage.slice, dtype) {
            (CudaStorageSlice::F32(values), DType::F32) => values.device_ptr(&self.stream).0,
            (CudaStorageSlice::U32(values), DType::U32) => values.device_ptr(&self.stream).0,
            (CudaStorageSlice::BF16(values), DType::BF16) => values.device_ptr(&self.stream).0,
            _ => return Err(message(format!("values of {dtype:?} were expected, not of {:?}", tensor.dtype()))),
        };
        Ok(Argument::Address(first + (start * dtype.size_in_bytes()) as u64))
    }

    /// A tensor whose values a kernel is about to write, all of them.
    pub(crate) fn unwritten(&self, shape: impl Into<Shape>, dtype: DType, device: &Device) -> Result<Tensor> {
        // SAFETY: every caller writes all of it before anything reads it, in the order of the stream.
        Ok(unsafe { Tensor::empty(shape, dtype, device) }?)
    }
}

/// Memory that is freed stays with the process: handing it to the driver and asking for it again at each step costs more
/// than a step of a small clip.
fn keep_freed_memory(device: &CudaDevice) -> Result<()> {
    let Some(pool) = pool(&Device::Cuda(device.clone()))? else { return Ok(()) };
    let mut threshold = u64::MAX;
    let attribute = sys::CUmemPool_attribute_enum::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
    // SAFETY: the place is of the type that the attribute has.
    unsafe { sys::cuMemPoolSetAttribute(pool, attribute, (&raw mut threshold).cast()) }.result().map_err(failed)
}

/// The most memory that tensors took since [`forget_peak`]; none for other devices.
pub(crate) fn peak_bytes(device: &Device) -> Result<Option<u64>> {
    let Some(pool) = pool(device)? else { return Ok(None) };
    let mut bytes = 0u64;
    let attribute = sys::CUmemPool_attribute_enum::CU_MEMPOOL_ATTR_USED_MEM_HIGH;
    // SAFETY: the place is of the type that the attribute has.
    unsafe { sys::cuMemPoolGetAttribute(pool, attribute, (&raw mut bytes).cast()) }.result().map_err(failed)?;
    Ok(Some(bytes))
}

/// Lets [`peak_bytes`] begin at what is held now.
pub(crate) fn forget_peak(device: &Device) -> Result<()> {
    let Some(pool) = pool(device)? else { return Ok(()) };
    let mut zero = 0u64;
    let attribute = sys::CUmemPool_attribute_enum::CU_MEMPOOL_ATTR_USED_MEM_HIGH;
    // SAFETY: as in `peak_bytes`; 0 is the one value that may be set.
    unsafe { sys::cuMemPoolSetAttribute(pool, attribute, (&raw mut zero).cast()) }.result().map_err(failed)
}

fn pool(device: &Device) -> Result<Option<sys::CUmemoryPool>> {
    let candle_core::DeviceLocation::Cuda { gpu_id } = device.location() else { return Ok(None) };
    let mut pool = std::ptr::null_mut();
    // SAFETY: the place lives as long as the call.
    unsafe { sys::cuDeviceGetDefaultMemPool(&mut pool, gpu_id as i32) }.result().map_err(failed)?;
    Ok(Some(pool))
}

pub(crate) fn failed(error: DriverError) -> crate::Error {
    candle_core::Error::wrap(error).into()
}

pub(crate) fn message(text: String) -> crate::Error {
    candle_core::Error::Msg(text).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
