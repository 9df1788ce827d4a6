// Package deploy is empty: what is in this folder is not written in Go. Its tests hold the scripts, the
// image, the chart and the compose file to what the program understands. They are a module of their
// own, so that the libraries of Kubernetes, Helm and Compose are no dependencies of the gateway.
package deploy
