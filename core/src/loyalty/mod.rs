//! Points of loyalty: earned in lots that become available and expire, spent from the lot that expires first.

mod award;
mod lots;
