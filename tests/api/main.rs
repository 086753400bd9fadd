//! The API and everything behind it, on both engines.

mod access;
mod attacks;
mod backoffice;
mod bin;
mod budgets;
mod catalog;
mod changes;
mod clients;
mod connections;
mod customers;
mod docs;
mod door;
mod gate;
mod harness;
mod identity;
mod imports;
mod markets;
mod node;
mod products;
mod quick;
mod search;
mod sockets;
mod statements;
mod tables;
mod taxonomy;
mod tree;
