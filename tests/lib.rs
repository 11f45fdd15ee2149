//! Holds no code: the proof is in `suite/`.
