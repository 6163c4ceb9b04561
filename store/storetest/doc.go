// Package storetest is the contract that every engine must pass, and what other
// tests need of a real store: databases of their own, a core that runs on one,
// and a PostgreSQL server that can be taken away. It is imported by tests alone.
package storetest
