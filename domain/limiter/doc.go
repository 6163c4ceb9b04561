// Package limiter answers one question: how often? Log-ins and registrations
// are counted an address in sliding windows that all doors share and that
// outlive a restart; messages are counted a user in memory. It does not know
// what is being limited.
package limiter
