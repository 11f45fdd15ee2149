//! Products of matrices by cuBLASLt: bfloat16 operands, float32 sums.
//!
//! Which of the library's kernels is fastest depends on the shape, so the first call of each shape times those that the
//! library proposes, on the operands that it was given.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use candle_core::cuda_backend::cudarc::cublas::sys as cublas;
use candle_core::cuda_backend::cudarc::cublaslt::{result, sys as lt};
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, CudaStream, DevicePtr, sys};
use candle_core::{DType, Tensor};

use super::{Argument, Card, failed, lock, message};
use crate::Result;

/// Memory that kernels of the library may use beside the operands; the library's own advice for Hopper.
const WORKSPACE_BYTES: usize = 64 << 20;
/// Proposals that are timed for each shape.
const PROPOSALS: usize = 8;

/// The library's handle and what was found out about shapes.
pub(super) struct Products {
    handle: lt::cublasLtHandle_t,
    workspace: CudaSlice<u8>,
    plans: Mutex<HashMap<Shape, Arc<Plan>>>,
}

// SAFETY: the handle may be used by any thread, and plans only change under their lock.
unsafe impl Send for Products {}
// SAFETY: as above.
unsafe impl Sync for Products {}

/// What decides a plan. Everything is row-major: `out [rows, columns] = x [rows, depth] * weight [columns, depth]^T`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Shape {
    rows: usize,
    columns: usize,
    depth: usize,
    /// Whether a float32 sum is added to and written; else the result is bfloat16.
    adds: bool,
}

/// A product that is ready to be run.
struct Plan {
    operation: lt::cublasLtMatmulDesc_t,
    /// Of weight, `x` and result.
    layouts: [lt::cublasLtMatrixLayout_t; 3],
    algorithm: lt::cublasLtMatmulAlgo_t,
}

// SAFETY: the descriptors are only read once the plan is made.
unsafe impl Send for Plan {}
// SAFETY: as above.
unsafe impl Sync for Plan {}

/// The addresses of one product.
struct Operands {
    weight: u64,
    x: u64,
    /// What is added, and at the same time where nothing is added the result.
    addend: u64,
    out: u64,
}

impl Products {
    pub(super) fn new(stream: &Arc<CudaStream>) -> Result<Self> {
        // SAFETY: it is scratch space that nobody reads before the library has written it.
        let workspace = unsafe { stream.alloc::<u8>(WORKSPACE_BYTES) }.map_err(failed)?;
        let handle = result::create_handle().map_err(refused)?;
        Ok(Self { handle, workspace, plans: Mutex::default() })
    }

    fn plan(&self, shape: Shape, operands: &Operands, stream: &Arc<CudaStream>) -> Result<Arc<Plan>> {
        if let Some(plan) = lock(&self.plans).get(&shape) {
            return Ok(Arc::clone(plan));
        }
        let mut plan = Plan::new(shape)?;
        let proposals = self.proposals(&plan)?;
        let mut best: Option<(f32, lt::cublasLtMatmulAlgo_t)> = None;
        for proposal in &proposals {
            plan.algorithm = proposal.algo;
            // The first run loads the kernel.
            if self.run(&plan, shape, operands, stream).is_err() {
                continue;
            }
            let timing = Some(sys::CUevent_flags::CU_EVENT_DEFAULT);
            let start = stream.record_event(timing).map_err(failed)?;
            self.run(&plan, shape, operands, stream)?;
            let end = stream.record_event(timing).map_err(failed)?;
            let took = start.elapsed_ms(&end).map_err(failed)?;
            if best.as_ref().is_none_or(|(least, _)| took < *least) {
                best = Some((took, proposal.algo));
            }
        }
        let Some((_, algorithm)) = best else {
            let Shape { rows, columns, depth, .. } = shape;
            return Err(message(format!("cuBLASLt cannot multiply [{rows}, {depth}] by [{columns}, {depth}]^T")));
        };
        plan.algorithm = algorithm;
        let plan = Arc::new(plan);
        lock(&self.plans).insert(shape, Arc::clone(&plan));
        Ok(plan)
    }

    fn proposals(&self, plan: &Plan) -> Result<Vec<lt::cublasLtMatmulHeuristicResult_t>> {
        let preference = result::create_matmul_pref().map_err(refused)?;
        let mut found: [lt::cublasLtMatmulHeuristicResult_t; PROPOSALS] =
            // SAFETY: numbers and a status whose value 0 is success.
            unsafe { std::mem::zeroed() };
        let mut count = 0;
        let [weight, x, out] = plan.layouts;
        use lt::cublasLtMatmulPreferenceAttributes_t as Preference;
        // The rows of one expert may begin anywhere: `x`, sum and result are known to begin at 16 bytes, no more.
        let numbers = [
            Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
            Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
            Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES,
        ];
        let (workspace, alignment) = (WORKSPACE_BYTES, 16u32);
        // SAFETY: the descriptors live as long as the plan, the preference until the end of this function, and each number
        // has the type of its attribute.
        let status = unsafe {
            let of_memory = Preference::CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
            let place = (&raw const workspace).cast();
            let set = result::set_matmul_pref_attribute(preference, of_memory, place, size_of::<usize>());
            let set = numbers.into_iter().fold(set, |set, number| {
                let place = (&raw const alignment).cast();
                set.and_then(|()| result::set_matmul_pref_attribute(preference, number, place, size_of::<u32>()))
            });
            let asked = set.and_then(|()| {
                lt::cublasLtMatmulAlgoGetHeuristic(
                    self.handle,
                    plan.operation,
                    weight,
                    x,
                    out,
                    out,
                    preference,
                    PROPOSALS as i32,
                    found.as_mut_ptr(),
                    &mut count,
                )
                .result()
            });
            result::destroy_matmul_pref(preference).and(asked)
        };
        status.map_err(refused)?;
        Ok(found[..usize::try_from(count).unwrap_or(0).min(PROPOSALS)].to_vec())
    }

    fn run(&self, plan: &Plan, shape: Shape, operands: &Operands, stream: &Arc<CudaStream>) -> Result<()> {
        // Any thread may be the first to come here.
        stream.context().bind_to_thread().map_err(failed)?;
        let (one, zero) = (1f32, 0f32);
        let beta = if shape.adds { &one } else { &zero };
        let [weight, x, out] = plan.layouts;
        // SAFETY: the addresses hold matrices of the plan's layouts, and all use of them is in the order of the stream.
        let status = unsafe {
            result::matmul(
                self.handle,
                plan.operation,
                (&raw const one).cast(),
                std::ptr::from_ref(beta).cast(),
                operands.weight as *const c_void,
                weight,
                operands.x as *const c_void,
                x,
                operands.addend as *const c_void,
                out,
                operands.out as *mut c_void,
                out,
                &plan.algorithm,
                self.workspace.device_ptr(stream).0 as *mut c_void,
                WORKSPACE_BYTES,
                stream.cu_stream().cast(),
            )
        };
        status.map_err(refused)
    }
}

impl Plan {
    /// The library counts by columns: the weight `[columns, depth]` is to it a transposed matrix, the result a matrix of
    /// `columns` rows.
    fn new(shape: Shape) -> Result<Self> {
        let float = lt::cudaDataType_t::CUDA_R_32F;
        let narrow = lt::cudaDataType_t::CUDA_R_16BF;
        let compute = lt::cublasComputeType_t::CUBLAS_COMPUTE_32F;
        let operation = result::create_matmul_desc(compute, float).map_err(refused)?;
        let transposed = cublas::cublasOperation_t::CUBLAS_OP_T;
        // SAFETY: the descriptor was just made, the value outlives the call.
        unsafe {
            result::set_matmul_desc_attribute(
                operation,
                lt::cublasLtMatmulDescAttributes_t::CUBLASLT_MATMUL_DESC_TRANSA,
                (&raw const transposed).cast(),
                size_of::<cublas::cublasOperation_t>(),
            )
        }
        .map_err(refused)?;
        let Shape { rows, columns, depth, adds } = shape;
        let layout = |kind, height: usize, width: usize| {
            result::create_matrix_layout(kind, height as u64, width as u64, height as i64).map_err(refused)
        };
        let out = if adds { float } else { narrow };
        let layouts = [layout(narrow, depth, columns)?, layout(narrow, depth, rows)?, layout(out, columns, rows)?];
        // SAFETY: numbers; a proposal takes their place before it is used.
        let algorithm = unsafe { std::mem::zeroed() };
        Ok(Self { operation, layouts, algorithm })
    }
}

/// `out [rows, columns] = x [rows, depth] * weight [columns, depth]^T`, of contiguous bfloat16 tensors: bfloat16, or
/// float32 with `addend` `[rows, columns]` where there is one. `experts` names for each weight the rows that it is for, one
/// range after the other.
///
/// # Errors
/// The library refuses, or the device fails.
pub(crate) fn multiply(
    x: &Tensor,
    experts: &[(&Tensor, std::ops::Range<usize>)],
    addend: Option<&Tensor>,
) -> Result<Option<Tensor>> {
    let Some(card) = Card::of(x.device())? else { return Ok(None) };
    let (rows, depth) = x.dims2()?;
    let Some((first, _)) = experts.first() else { return Ok(None) };
    let (columns, weight_depth) = first.dims2()?;
    let is_plain = |tensor: &Tensor, dtype| tensor.is_contiguous() && tensor.dtype() == dtype;
    // Rows that begin at 16 bytes are what the matrix units are fed with.
    let is_fit = depth == weight_depth && depth.is_multiple_of(8) && columns.is_multiple_of(8);
    let weights_fit = experts.iter().all(|(weight, _)| is_plain(weight, DType::BF16));
    if !is_fit || !weights_fit || !is_plain(x, DType::BF16) || !addend.is_none_or(|sum| is_plain(sum, DType::F32)) {
        return Ok(None);
    }
    let dtype = if addend.is_some() { DType::F32 } else { DType::BF16 };
    let out = card.unwritten((rows, columns), dtype, x.device())?;
    let address = |tensor: &Tensor, dtype: DType, row: usize, width: usize| -> Result<u64> {
        match card.address(tensor, dtype)? {
            Argument::Address(first) => Ok(first + (row * width * dtype.size_in_bytes()) as u64),
            _ => Err(message("an address was expected".into())),
        }
    };
    for (weight, range) in experts.iter().filter(|(_, range)| !range.is_empty()) {
        let to = address(&out, dtype, range.start, columns)?;
        let operands = Operands {
            weight: address(weight, DType::BF16, 0, 0)?,
            x: address(x, DType::BF16, range.start, depth)?,
            addend: addend.map_or(Ok(to), |sum| address(sum, DType::F32, range.start, columns))?,
            out: to,
        };
        let shape = Shape { rows: range.len(), columns, depth, adds: addend.is_some() };
        let plan = card.products.plan(shape, &operands, &card.stream)?;
        card.products.run(&plan, shape, &operands, &card.stream)?;
    }
    Ok(Some(out))
}

fn refused(error: result::CublasError) -> crate::Error {
    candle_core::Error::wrap(error).into()
}
