//! Leaf values of the Algorand protocol: addresses, digests, canonical msgpack, transactions, blocks, consensus parameters.
