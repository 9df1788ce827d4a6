// Package gateway is the program: it reads the settings, puts the upstream's client, the graph and
// the edge together, serves until it is told to end, and then finishes what is under way.
//
// It may import every other package, and only the command imports it. It decides nothing by
// itself: a setting is read in edge/config, and what follows from it is in the package that the
// setting is handed to.
package gateway
