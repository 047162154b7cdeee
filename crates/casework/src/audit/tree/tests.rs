//! The tree against its definition, written out, and against the published values.

use super::*;
use proptest::prelude::*;

/// Section 2.1 of RFC 6962 as it stands there.
fn by_definition(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        more => {
            let mut half = 1;
            while half * 2 < more.len() {
                half *= 2;
            }
            node(by_definition(&more[..half]), by_definition(&more[half..]))
        }
    }
}

fn leaves(count: usize) -> Vec<Digest> {
    (0..count).map(|number| leaf(Digest::of(&number.to_le_bytes()))).collect()
}

fn grown(leaves: &[Digest]) -> Frontier {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push_leaf(*leaf));
    frontier
}

#[test]
fn hashes_are_those_of_certificate_transparency() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(empty_root().to_string(), empty);
    let zero = leaf(Digest([0; 32]));
    let wanted = Sha256::digest([0; 33]);
    assert_eq!(zero.0[..], wanted[..]);
    let both = [[1].as_slice(), &zero.0, &zero.0].concat();
    assert_eq!(node(zero, zero), Digest::of(&both));
}

#[test]
fn every_small_tree_has_the_root_of_its_definition() {
    let all = leaves(130);
    for count in 0..=all.len() {
        assert_eq!(root(&all[..count]), by_definition(&all[..count]), "{count} leaves");
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_proven_and_nothing_else_is() {
    let all = leaves(40);
    for count in 1..=all.len() {
        let (part, whole) = (&all[..count], root(&all[..count]));
        let size = count as u64;
        for index in 0..count {
            let path = inclusion(part, index).unwrap();
            let holds =
                |leaf, at: usize, path: &[Digest]| is_included(leaf, at as u64, size, path, whole);
            assert!(holds(part[index], index, &path), "{index} of {count}");
            for other in (0..count).filter(|other| *other != index) {
                assert!(!holds(part[other], index, &path), "{other} for {index} of {count}");
                assert!(!holds(part[index], other, &path), "{index} at {other} of {count}");
            }
            assert!(!holds(part[index], index, &[path.as_slice(), &[whole]].concat()));
            for at in 0..path.len() {
                let mut short = path.clone();
                short.remove(at);
                assert!(!holds(part[index], index, &short));
            }
        }
        assert_eq!(inclusion(part, count), None);
    }
}

#[test]
fn every_beginning_of_every_small_tree_is_proven_and_no_other_tree_is() {
    let all = leaves(40);
    let mut other = all.clone();
    other[0] = leaf(Digest([9; 32]));
    for new in 0..=all.len() {
        let after = (new as u64, root(&all[..new]));
        for old in 0..=new {
            let path = consistency(&all[..new], old).unwrap();
            let before = (old as u64, root(&all[..old]));
            assert!(is_consistent(before, after, &path), "{old} of {new}");
            if old > 0 {
                let forged = (old as u64, root(&other[..old]));
                assert!(!is_consistent(forged, after, &path), "{old} of {new}");
                let fork = (new as u64, root(&other[..new]));
                assert!(!is_consistent(before, fork, &path), "{old} of {new}");
            }
            for at in 0..path.len() {
                let mut changed = path.clone();
                changed[at].0[0] ^= 1;
                assert!(!is_consistent(before, after, &changed), "{old} of {new}");
                changed.remove(at);
                assert!(!is_consistent(before, after, &changed), "{old} of {new}");
            }
        }
        assert_eq!(consistency(&all[..new], new + 1), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_tree_grown_in_pieces_is_the_tree_of_all(count in 0usize..700, cut in 0usize..700) {
        let all = leaves(count);
        let cut = cut.min(count);
        let first = grown(&all[..cut]);
        let mut again = Frontier::from_bytes(first.size(), &first.to_bytes()).unwrap();
        prop_assert_eq!(&again, &first);
        all[cut..].iter().for_each(|leaf| again.push_leaf(*leaf));
        prop_assert_eq!(again.root(), by_definition(&all));
        prop_assert_eq!(again.size(), count as u64);
    }

    #[test]
    fn proofs_of_large_trees_hold(
        count in 1usize..3_000, at in 0usize..3_000, old in 0usize..3_000,
    ) {
        let all = leaves(count);
        let (at, old) = (at % count, old % (count + 1));
        let whole = root(&all);
        let path = inclusion(&all, at).unwrap();
        prop_assert!(is_included(all[at], at as u64, count as u64, &path, whole));
        let path = consistency(&all, old).unwrap();
        let before = (old as u64, root(&all[..old]));
        prop_assert!(is_consistent(before, (count as u64, whole), &path));
    }

    #[test]
    fn a_state_of_another_size_is_refused(size in 0u64..5_000, peaks in 0usize..16) {
        let read = Frontier::from_bytes(size, &vec![7; peaks * 32]);
        prop_assert_eq!(read.is_some(), size.count_ones() as usize == peaks);
        prop_assert!(Frontier::from_bytes(size, &vec![7; peaks * 32 + 1]).is_none());
    }
}
