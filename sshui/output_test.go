package sshui

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// newPipe is an output whose reader is r; failures go to failed.
func newPipe(limit int) (o *output, r *io.PipeReader, failed chan error) {
	r, w := io.Pipe()
	failed = make(chan error, 10)
	o = newOutput(w, limit, defaultLimits(), func(err error) {
		failed <- err
		w.CloseWithError(err) // as closing the connection does
	})
	return o, r, failed
}

func TestOutputGivesOnWhatItIsGivenInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r, failed := newPipe(1000)
		go o.run()
		got := make(chan []byte)
		go func() {
			all, _ := io.ReadAll(r)
			got <- all
		}()
		var want []byte
		for i := range 300 {
			piece := bytes.Repeat([]byte{byte(i)}, i*7)
			want = append(want, piece...)
			if n, err := o.Write(piece); n != len(piece) || err != nil {
				t.Fatalf("Write: %d, %v", n, err)
			}
		}
		o.flush(time.Second)
		o.to.(io.Closer).Close()
		if all := <-got; !bytes.Equal(all, want) {
			t.Errorf("got %d bytes, want %d, or in another order", len(all), len(want))
		}
		if len(failed) > 0 {
			t.Errorf("failed: %v", <-failed)
		}
	})
}

func TestOutputDoesNotHoldItsWriterUpWhileThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r, _ := newPipe(1000)
		go o.run()
		began := time.Now()
		if _, err := o.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %v", took)
		}
		r.Close()
		<-o.done
	})
}

func TestOutputThatOverflowsFailsSoonAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, failed := newPipe(1000)
		go o.run()
		began := time.Now()
		n, err := o.Write(make([]byte, 10_000))
		if !errors.Is(err, errOverflow) || n >= 10_000 {
			t.Errorf("got %d, %v", n, err)
		}
		if took := time.Since(began); took > 2*defaultLimits().patience {
			t.Errorf("the writer was held up for %v", took)
		}
		if _, err := o.Write([]byte("more")); !errors.Is(err, errOverflow) {
			t.Errorf("then got %v", err)
		}
		<-o.done
		if len(failed) != 1 || !errors.Is(<-failed, errOverflow) {
			t.Error("it did not fail once, for the overflow")
		}
	})
}

func TestOutputThatMakesNoProgressFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, failed := newPipe(1000)
		go o.run()
		began := time.Now()
		if _, err := o.Write([]byte("never read")); err != nil {
			t.Fatal(err)
		}
		if err := <-failed; !errors.Is(err, errStalled) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != defaultLimits().stall {
			t.Errorf("it failed after %v", took)
		}
		<-o.done
	})
}

func TestOutputOfASlowReaderGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r, failed := newPipe(200_000)
		go o.run()
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				<-time.After(defaultLimits().stall / 2)
				if _, err := io.ReadFull(r, make([]byte, chunk)); err != nil {
					return
				}
			}
		}()
		if _, err := o.Write(make([]byte, 10*chunk)); err != nil {
			t.Fatal(err)
		}
		o.flush(time.Hour)
		if len(failed) > 0 {
			t.Errorf("failed: %v", <-failed)
		}
		r.Close()
		<-over
	})
}

func TestOutputWithoutPatienceWaitsForAnyReaderThatReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r, failed := newPipe(1000)
		o.patience = 0
		go o.run()
		got := make(chan int)
		go func() {
			total := 0
			for {
				<-time.After(defaultLimits().stall / 2)
				n, err := r.Read(make([]byte, chunk))
				if total += n; err != nil {
					got <- total
					return
				}
			}
		}()
		if n, err := o.Write(make([]byte, 100_000)); n != 100_000 || err != nil {
			t.Errorf("Write: %d, %v", n, err)
		}
		o.flush(0)
		o.to.(io.Closer).Close()
		if total := <-got; total != 100_000 || len(failed) > 0 {
			t.Errorf("%d bytes came", total)
		}
	})
}

func TestOutputWithoutPatienceGivesUpOnAReaderThatStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, failed := newPipe(1000)
		o.patience = 0
		go o.run()
		began := time.Now()
		if _, err := o.Write(make([]byte, 100_000)); !errors.Is(err, errStalled) {
			t.Errorf("Write: %v", err)
		}
		if took := time.Since(began); took != defaultLimits().stall || len(failed) != 1 {
			t.Errorf("it took %v", took)
		}
		<-o.done
	})
}

func TestFlushWaitsOnlySoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _, failed := newPipe(1000)
		go o.run()
		if _, err := o.Write([]byte("never read")); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		o.flush(2 * time.Second)
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
		if err := <-failed; !errors.Is(err, errStalled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOutputOfAClosedChannelFailsQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, r, failed := newPipe(1000)
		r.Close()
		go o.run()
		if _, err := o.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		<-o.done
		if _, err := o.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("got %v", err)
		}
		o.flush(time.Second)
		if len(failed) > 0 {
			t.Errorf("the connection was closed: %v", <-failed)
		}
	})
}

func TestALargeRedrawFitsTheOutput(t *testing.T) {
	// A cell of a true-colour gradient is some 20 bytes at the worst; lines
	// of text share their colours and are far below.
	if room := outputRoom(maxWidth * maxHeight); room < 1_500_000 || room > 2_000_000 {
		t.Errorf("there is room for %d bytes", room)
	}
}
