package main

import (
	"certql/edge"
	"certql/upstream"
)

// newCallers answers who is let in. The service credential is nil where nobody may use it.
func newCallers(config edge.ServeConfig, service upstream.Credential) (edge.Callers, error) {
	callers := edge.Callers{Bearer: config.Modes().Bearer, Service: service}
	if service == nil {
		return callers, nil
	}
	gate, err := edge.NewServiceGate(config)
	if err != nil {
		return edge.Callers{}, err
	}
	callers.Gate = gate
	return callers, nil
}
