package fakeupstream

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configure a Server. The zero value answers everything plausibly.
type Options struct {
	// Log is told of each request when it is over, one at a time. nil for nobody.
	Log func(Recorded)
	// Script says how a request is answered. Where it is nil or returns nil, the
	// request's header X-Fake-Script does.
	Script func(*http.Request) *Reply
	// MaxBody is how many bytes of each body are kept; 0 for 16 MiB. Length and
	// digest are always those of the whole body.
	MaxBody int64
	// Forget drops each request once it is over and logged.
	Forget bool
	// Now is the clock of the answers; nil for the real one.
	Now func() time.Time
}

// A Server is the vendor. It is an [http.Handler], safe for concurrent use, and
// has nothing to close.
type Server struct {
	opts Options
	log  sync.Mutex // held while Options.Log runs
	book book
}

// New returns a Server without requests.
func New(o Options) *Server {
	if o.MaxBody == 0 {
		o.MaxBody = 16 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{opts: o, book: newBook()}
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := s.book.open(r)
	defer s.close(e)
	reply, err := s.reply(r)
	if err != nil {
		e.play(w, r, fail(dialectOf(r), e.copy(), http.StatusBadRequest, "fake_script", err.Error()), Reply{})
		return
	}
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		s.websocket(w, r, e, reply)
		return
	}
	if !reply.Early {
		e.read(r, s.opts.MaxBody)
	}
	e.play(w, r, s.answer(r, e, reply), reply)
}

// close ends a record, also where the answer was cut off by a panic.
func (s *Server) close(e *entry) {
	rec := e.finish()
	if s.opts.Forget {
		s.book.drop(e)
	}
	if s.opts.Log != nil {
		s.log.Lock()
		defer s.log.Unlock()
		s.opts.Log(rec)
	}
}

// reply finds the script of a request and counts its uses.
func (s *Server) reply(r *http.Request) (Reply, error) {
	if s.opts.Script != nil {
		if reply := s.opts.Script(r); reply != nil {
			return *reply, nil
		}
	}
	script := r.Header.Get(ScriptHeader)
	reply, err := ParseReply(script)
	if err == nil && reply.Times > 0 && s.book.use(script) > reply.Times {
		return Reply{}, nil
	}
	return reply, err
}

// answer makes the body of an answer; how it is sent is play's business.
func (s *Server) answer(r *http.Request, e *entry, reply Reply) answer {
	rec := e.copy()
	var a answer
	switch d := dialectOf(r); {
	case reply.Status >= 300:
		a = fail(d, rec, reply.Status, reply.Code, "")
	default:
		a = s.plausible(r, rec, reply)
		if reply.Status != 0 && a.status == http.StatusOK {
			a.status = reply.Status
		}
	}
	if reply.Body != nil {
		a.body, a.frames = reply.Body, nil
	}
	a.addVendorHeaders(dialectOf(r), rec)
	return a
}
