package memory

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// roomy is what the runtime may take without a second thought, in bytes: below it, garbage is collected
	// only when that much is used up. The program's own file comes on top, with some 30 MiB.
	roomy = 35 << 20
	// Beyond it the runtime may take spacious times what is in use.
	spacious = 3
	// usualPercent is the runtime's default of GOGC.
	usualPercent = 100
	// pace is how often the Keeper looks whether memory can be returned, or the container's limit has changed.
	pace = 5 * time.Second
)

// A Keeper tells the Go runtime how much memory it may take. Between requests little is in use, so that a
// heap which grows in proportion to that is collected several times for one large response; and one that
// may grow to a fixed size has no time for anything but collections once that much is in use. So the target
// follows what is in use, after each collection: see target.
type Keeper struct {
	log     *slog.Logger
	cancel  context.CancelFunc
	done    chan struct{} // closed when nothing looks after the memory any more
	collect bool          // the Keeper says when garbage is collected; if not, the operator does, by GOGC

	mu      sync.Mutex
	ceiling int64
	told    int64  // the limit that the runtime has
	cycles  uint64 // garbage collections up to the last look
	stopped bool
}

// Start begins to keep the memory of the process below its ceiling, until Stop is called. GOMEMLIMIT in the
// environment takes precedence over the container's limit, and with GOGC in the environment the runtime
// alone says when garbage is collected.
func Start(ctx context.Context, log *slog.Logger) *Keeper {
	return start(ctx, log, memlimit.FromCgroup)
}

func start(ctx context.Context, log *slog.Logger, container source) *Keeper {
	k := &Keeper{log: log, done: make(chan struct{}), collect: os.Getenv("GOGC") == ""}
	ctx, k.cancel = context.WithCancel(context.WithoutCancel(ctx))
	var err error
	if k.ceiling, err = ceilingOf(container); err != nil {
		log.DebugContext(ctx, "the container's memory limit is not known", "error", err)
	}
	if k.ceiling != Unlimited {
		log.InfoContext(ctx, "memory is limited", "bytes", k.ceiling)
	}
	if k.collect {
		debug.SetGCPercent(-1)
		watchCollections(k)
	}
	k.adjust()
	go k.keep(ctx, container)
	return k
}

// keep looks after the memory until ctx ends.
func (k *Keeper) keep(ctx context.Context, container source) {
	defer close(k.done)
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ticker.C:
			k.look(ctx, container)
		case <-ctx.Done():
		}
	}
}

// Stop leaves the memory to the runtime again.
func (k *Keeper) Stop() {
	k.cancel()
	<-k.done
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	debug.SetMemoryLimit(atStart)
	if k.collect {
		debug.SetGCPercent(usualPercent)
	}
}

// Ceiling returns the most bytes that the Go runtime may take; Unlimited if there is no limit.
func (k *Keeper) Ceiling() int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ceiling
}

// target returns how many bytes the runtime may take if so many are in use, and a ceiling is kept to.
func target(inUse, ceiling int64) int64 {
	return min(max(roomy, spacious*inUse), ceiling)
}

// adjust tells the runtime what it may take, unless that is nearly what it knows already: each time it is
// told, everything stops for a moment.
func (k *Keeper) adjust() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopped {
		return
	}
	limit := k.ceiling
	if k.collect {
		limit = target(int64(read("/gc/heap/live:bytes")), k.ceiling)
	}
	if change := limit - k.told; limit == k.ceiling && change != 0 || change > k.told/8 || change < -k.told/8 {
		k.told = limit
		debug.SetMemoryLimit(limit)
	}
}

// look returns memory to the system that a burst of requests has left behind, if no collection has done so,
// and takes account of a container whose limit has changed.
func (k *Keeper) look(ctx context.Context, container source) {
	if ceiling, err := ceilingOf(container); err == nil && ceiling != k.Ceiling() {
		k.log.InfoContext(ctx, "memory is limited", "bytes", ceiling)
		k.mu.Lock()
		k.ceiling = ceiling
		k.mu.Unlock()
		k.adjust()
	}
	cycles := read("/gc/cycles/total:gc-cycles")
	idle := cycles == k.cycles
	k.cycles = cycles
	if taken := read("/memory/classes/total:bytes") - read("/memory/classes/heap/released:bytes"); k.collect && idle && taken > roomy {
		debug.FreeOSMemory()
		k.cycles = read("/gc/cycles/total:gc-cycles")
	}
}

// read returns one of the runtime's metrics.
func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A mark is an object that each garbage collection finds out of use, so that its cleanup runs after it.
type mark struct{ _ [16]byte }

// watchCollections adjusts the limit after each garbage collection, until the Keeper has stopped.
func watchCollections(k *Keeper) {
	runtime.AddCleanup(new(mark), func(k *Keeper) {
		k.adjust()
		k.mu.Lock()
		stopped := k.stopped
		k.mu.Unlock()
		if !stopped {
			watchCollections(k)
		}
	}, k)
}
