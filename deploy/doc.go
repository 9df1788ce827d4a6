// Package deploy has no Go code but tests. They check that the scripts, the image, the chart and the compose
// file fit the program. They are a module of their own, so that the libraries of Kubernetes, Helm and Compose
// are not dependencies of the gateway.
package deploy
