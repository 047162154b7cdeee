//! The Merkle tree over all entries of all journals, with the hashing of RFC 6962: roots, proofs
//! that an entry is in it, proofs that an older tree is a beginning of it. It stores nothing and
//! does not say what the entries are.

#[cfg(test)]
mod tests;

use crate::ids::Digest;
use sha2::{Digest as _, Sha256};

/// The root of a tree without leaves: the hash of nothing.
pub fn empty_root() -> Digest {
    Digest(Sha256::digest([]).into())
}

/// The leaf of an entry: `SHA-256(0x00 ‖ hash of the entry)` (RFC 6962, section 2.1). The hash of
/// an entry is its journal's chain after it, which binds case, number and content.
pub fn leaf(entry: Digest) -> Digest {
    let mut bytes = [0; 33];
    if let Some(rest) = bytes.get_mut(1..) {
        rest.copy_from_slice(&entry.0);
    }
    Digest(Sha256::digest(bytes).into())
}

/// An inner node: `SHA-256(0x01 ‖ left ‖ right)`.
fn node(left: Digest, right: Digest) -> Digest {
    let mut bytes = [1; 65];
    let parts = bytes.iter_mut().skip(1).zip(left.0.iter().chain(&right.0));
    parts.for_each(|(to, from)| *to = *from);
    Digest(Sha256::digest(bytes).into())
}

/// A tree that grows: the roots of its whole subtrees, largest first, one for each bit that is set
/// in its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry by its hash.
    pub fn push(&mut self, entry: Digest) {
        self.push_leaf(leaf(entry));
    }

    /// Adds a leaf that is hashed already.
    pub fn push_leaf(&mut self, leaf: Digest) {
        let mut whole = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                whole = node(left, whole);
            }
        }
        self.peaks.push(whole);
        self.size += 1;
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev().copied();
        let last = peaks.next().unwrap_or_else(empty_root);
        peaks.fold(last, |right, left| node(left, right))
    }

    /// Its state, to go on from later: the peaks, 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|peak| peak.0).collect()
    }

    /// Reads a state of this many leaves; `None` when it cannot be one.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let peaks: Vec<Digest> = digests(bytes)?.collect();
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }
}

/// Reads digests that stand one after the other; `None` when the length does not fit.
pub fn digests(bytes: &[u8]) -> Option<impl Iterator<Item = Digest> + '_> {
    let (whole, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| whole.iter().map(|digest| Digest(*digest)))
}

/// The root over these leaves.
pub fn root(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push_leaf(*leaf));
    frontier.root()
}

/// Where a tree of more than one leaf is split: the largest power of two below its size.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// The proof that the leaf at `index` is in the tree of these leaves: the roots of the neighbouring
/// subtrees, nearest first (RFC 6962, section 2.1.1). `None` when there is no such leaf.
pub fn inclusion(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut part, mut index, mut path) = (leaves, index, Vec::new());
    while part.len() > 1 {
        let (left, right) = part.split_at_checked(split(part.len()))?;
        if index < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            index -= left.len();
            part = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether a leaf stands at `index` in the tree of this size and root (RFC 9162, section 2.1.3.2).
pub fn is_included(leaf: Digest, index: u64, size: u64, path: &[Digest], root: Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut found) = (index, size - 1, leaf);
    for neighbour in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            found = node(*neighbour, found);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            found = node(found, *neighbour);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && found == root
}

/// The proof that the tree of the first `old` leaves is a beginning of the tree of all of them
/// (RFC 6962, section 2.1.2). `None` when there are fewer leaves than that; an empty beginning and
/// a whole one need no proof.
pub fn consistency(leaves: &[Digest], old: usize) -> Option<Vec<Digest>> {
    if old > leaves.len() {
        return None;
    }
    let (mut part, mut old, mut path) = (leaves, old, Vec::new());
    // Whether the old tree so far is a subtree of the new one by itself: its root is then known.
    let mut known = true;
    if old == 0 || old == part.len() {
        return Some(path);
    }
    while old < part.len() {
        let (left, right) = part.split_at_checked(split(part.len()))?;
        if old <= left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            old -= left.len();
            part = right;
            known = false;
        }
    }
    if !known {
        path.push(root(part));
    }
    path.reverse();
    Some(path)
}

/// Whether the tree of size and root `old` is a beginning of the tree of size and root `new`
/// (RFC 9162, section 2.1.4.2).
pub fn is_consistent(old: (u64, Digest), new: (u64, Digest), path: &[Digest]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 {
        return path.is_empty() && old_root == empty_root();
    }
    if old_size == new_size {
        return path.is_empty() && old_root == new_root;
    }
    if old_size > new_size {
        return false;
    }
    let mut path = path.iter().copied();
    let first = if old_size.is_power_of_two() { Some(old_root) } else { path.next() };
    let Some(first) = first else { return false };
    let shift = (old_size - 1).trailing_ones();
    let (mut at, mut last) = ((old_size - 1) >> shift, (new_size - 1) >> shift);
    let (mut before, mut after) = (first, first);
    for neighbour in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            before = node(neighbour, before);
            after = node(neighbour, after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node(after, neighbour);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && before == old_root && after == new_root
}
