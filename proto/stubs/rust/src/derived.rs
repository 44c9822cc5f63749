//! What prost's derive finds in place of prost when it implements a generated message: the same
//! names, and a trait of its own for `prost::Message`, which [`message!`] implements with it.
//!
//! [`message!`]: crate::unknown_fields::message

pub use prost::*;

use prost::bytes::{Buf, BufMut};
use prost::encoding::{wire_type::WireType, DecodeContext};

/// The methods of `prost::Message` that the derive implements.
pub trait Message {
    fn encode_raw(&self, buf: &mut impl BufMut);

    /// For fields of the contract only: others would be dropped.
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError>;

    fn encoded_len(&self) -> usize;

    fn clear(&mut self);
}
