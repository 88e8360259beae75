package reader

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// A file that is no answer of the prompt is put aside and never given.
func TestDamagedAnswers(t *testing.T) {
	other := digest{1}
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string, whole []byte)
	}{
		{"empty", func(t *testing.T, path string, _ []byte) { write(t, path, nil) }},
		{"torn", func(t *testing.T, path string, b []byte) { write(t, path, b[:len(b)-5]) }},
		{"torn_head", func(t *testing.T, path string, b []byte) { write(t, path, b[:20]) }},
		{"longer", func(t *testing.T, path string, b []byte) { write(t, path, append(b, ' ')) }},
		{"one_bit", func(t *testing.T, path string, b []byte) {
			b[len(b)-9] ^= 1
			write(t, path, b)
		}},
		{"zeros", func(t *testing.T, path string, b []byte) { write(t, path, make([]byte, len(b))) }},
		{"another_prompts", func(t *testing.T, path string, _ []byte) {
			write(t, path, encode(t, other, Answer{Text: "wrong"}))
		}},
		{"no_choice", func(t *testing.T, path string, _ []byte) {
			d, _ := parseDigest(filepath.Base(path))
			write(t, path, oldAnswer(d, `"finish":"empty"`))
		}},
		{"bare_json", func(t *testing.T, path string, b []byte) {
			write(t, path, b[bytes.LastIndexByte(b[:len(b)-1], '\n')+1+len(lineMagic)+65:])
		}},
		{"a_folder", func(t *testing.T, path string, _ []byte) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"a_link", func(t *testing.T, path string, b []byte) {
			write(t, path+"x", b)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path+"x", path); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Idempotent: true})
			s := open(t, t.TempDir())
			c, _ := client(t, url, func(o *Options) { o.Store = s })
			first := ask(t, c, "q")
			path := s.answerPath(c.digest(Prompt{Text: "q", MaxTokens: 8}))
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for n := 1; n <= 2; n++ {
				tt.spoil(t, path, bytes.Clone(whole))
				again := ask(t, c, "q")
				if again.Stored || again.Text != first.Text {
					t.Errorf("got %+v", again)
				}
				aside, err := os.ReadDir(s.path("aside"))
				if err != nil || len(aside) != n {
					t.Errorf("%d files aside, want %d; %v", len(aside), n, err)
				}
				spent, l := c.Spent(), v.Ledger().Totals
				if spent.Damaged != n || spent.InDoubt != n || l.Charged != 1 || l.Received != 1+n {
					t.Errorf("spent %+v, ledger %+v", spent, l)
				}
			}
		})
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// encode returns a file with an answer.
func encode(t testing.TB, d digest, a Answer) []byte {
	t.Helper()
	l := line{Digest: d.String(), Answer: newRecord(a)}
	if a.InDoubt {
		l.Doubt = doubt{Calls: 1, Pico: 5}
	}
	b, err := l.encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oldAnswer is a file of the first format.
func oldAnswer(d digest, members string) []byte {
	body := fmt.Sprintf(`{"digest":"%s",%s}`, d, members)
	return fmt.Appendf(nil, "pith answer 1 %x\n%s", sha256.Sum256([]byte(body)), body)
}

func FuzzDecodeAnswer(f *testing.F) {
	d := digest{7}
	f.Add(encode(f, d, Answer{Text: "a"}))
	f.Add(append(encode(f, d, Answer{Text: "a"}), encode(f, d, Answer{Text: "b"})...))
	f.Add(oldAnswer(d, `"text":"a"`))
	f.Add([]byte(lineMagic))
	f.Fuzz(func(t *testing.T, file []byte) {
		l, ok := decodeAnswer(d, file)
		if ok && (!l.answer().Stored || l.Digest != d.String()) {
			t.Fatalf("got %+v", l)
		}
		if !ok && (l.Answer != nil || l.Doubt.Calls == 0 && l.Digest == "") {
			t.Fatalf("a damaged file is %+v", l)
		}
		// What stands in front changes nothing, what follows everything.
		if again, is := decodeAnswer(d, append([]byte("x\n"), file...)); !bytes.HasPrefix(file, []byte(oldMagic)) && (is != ok || is && again.answer() != l.answer()) {
			t.Fatalf("behind another line it is %+v", again)
		}
		if _, is := decodeAnswer(d, append(bytes.Clone(file), 'x')); ok && is {
			t.Fatal("taken with more behind it")
		}
	})
}

func TestFilesKeepAnswers(t *testing.T) {
	want := Answer{Text: "a\x00\n<\u2028&é", Finish: "stop", Model: "m", PromptTokens: 1, CachedTokens: 2, CompletionTokens: 3, Estimated: true, Took: 4, InDoubt: true}
	b := encode(t, digest{1}, want)
	l, ok := decodeAnswer(digest{1}, b)
	want.Stored = true
	if !ok || l.answer() != want {
		t.Errorf("got %+v", l)
	}
	if _, ok := decodeAnswer(digest{2}, b); ok {
		t.Error("given for another prompt")
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := OpenStore(dir); err == nil || !strings.Contains(err.Error(), dir+" is in use by another run") {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	open(t, dir)
	c, _ := client(t, "http://127.0.0.1:1/v1", func(o *Options) { o.Store = s })
	if _, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("through a closed store: %v", err)
	}
}

// Files are for their owner, and hold neither prompts nor keys. An existing folder with
// other files stays as it is.
func TestFilesArePrivate(t *testing.T) {
	made := filepath.Join(t.TempDir(), "new")
	open(t, made)
	if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("a new folder: %v, %v", info.Mode(), err)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "answers"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, url := serve(t, fakevendor.Options{Fault: func(q fakevendor.Request) fakevendor.Fault {
		return fakevendor.Fault{Drop: strings.Contains(q.Prompt, "drop")}
	}})
	c, _ := client(t, url, func(o *Options) {
		o.Store, o.System, o.Retries = open(t, dir), "canary-system", -1
		o.Header = http.Header{"X-Pith-Key": {"canary-header"}}
	})
	ask(t, c, "canary-prompt")
	if _, err := c.Answer(t.Context(), Prompt{Text: "canary drop", MaxTokens: 1}); err == nil {
		t.Fatal("no error")
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if path == dir {
			want = 0o755
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		if e.IsDir() {
			return nil
		}
		files++
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("canary")) {
			t.Errorf("%s holds %q", path, b)
		}
		return err
	})
	if err != nil || files != 3 {
		t.Errorf("%d files, %v", files, err)
	}
}

// An answer that cannot be stored is not given: it would be paid for again unnoticed.
func TestFullDisk(t *testing.T) {
	s := open(t, t.TempDir())
	gone := false
	v, url := serve(t, fakevendor.Options{Idempotent: true, Hook: func(stage fakevendor.Stage, _ fakevendor.Request) {
		if stage == fakevendor.Received && !gone {
			gone = true
			if err := os.Remove(s.path("answers")); err != nil {
				t.Error(err)
			}
		}
	}})
	c, _ := client(t, url, func(o *Options) { o.Store, o.Input, o.Output = s, 1, 1 })
	p := Prompt{Text: "q", MaxTokens: 8}
	if a, err := c.Answer(t.Context(), p); err == nil || !strings.Contains(err.Error(), "store an answer that was paid for") || a != (Answer{}) {
		t.Errorf("got %+v, %v", a, err)
	}
	if spent := c.Spent(); s.InDoubt() != 1 || spent.Answers != 0 || spent.Dollars != 3e-6 {
		t.Errorf("%d in doubt, spent %+v", s.InDoubt(), spent)
	}
	if err := os.Mkdir(s.path("answers"), 0o700); err != nil {
		t.Fatal(err)
	}
	if a := ask(t, c, "q"); !a.Stored || a.InDoubt {
		t.Errorf("it was there, and is %+v", a)
	}
	if spent := c.Spent(); spent.InDoubt != 0 || s.InDoubt() != 0 || spent.Dollars != 3e-6 || spent.Earlier != 0 || v.Ledger().Totals.Received != 1 {
		t.Errorf("spent %+v", spent)
	}
}

// The room for an answer is taken before the call, and the answer is written over it: it
// needs no more of a disk that has filled up since.
func TestRoomForAnswers(t *testing.T) {
	for _, left := range []bool{false, true} {
		dir, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
		var s *Store
		var c *Client
		p := Prompt{Text: "q", MaxTokens: 100}
		_, url := serve(t, fakevendor.Options{Hook: func(stage fakevendor.Stage, _ fakevendor.Request) {
			if stage != fakevendor.Received {
				return
			}
			if info, err := os.Stat(s.intentPath(c.digest(p))); err != nil || info.Size() != 8192+8*100 {
				t.Errorf("took %v, %v", info, err)
			}
			if err := os.Link(s.intentPath(c.digest(p)), link); err != nil {
				t.Error(err)
			}
		}})
		s = open(t, dir)
		c, _ = client(t, url, func(o *Options) { o.Store = s })
		if left { // by a process that had no room for more
			write(t, s.intentPath(c.digest(p)), nil)
			s.Close()
			s = open(t, dir)
			c, _ = client(t, url, func(o *Options) { o.Store = s })
		}
		if _, err := c.Answer(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		before, err := os.Stat(link)
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.Stat(s.answerPath(c.digest(p)))
		if err != nil || !os.SameFile(before, after) || after.Size() > 1000 {
			t.Errorf("left %v: the answer is another file: %v, %v", left, after, err)
		}
	}
}

// That a call was in doubt is known of its answer in all later runs.
func TestDoubtIsKept(t *testing.T) {
	dir := t.TempDir()
	_, url := serve(t, fakevendor.Options{Fault: func(q fakevendor.Request) fakevendor.Fault {
		return fakevendor.Fault{Cut: q.Nth == 1 && q.Prompt != "calm"}
	}})
	s := open(t, dir)
	c, _ := client(t, url, func(o *Options) { o.Store = s })
	once, _ := client(t, url, func(o *Options) { o.Store, o.Retries = s, -1 })
	ask(t, c, "calm")
	ask(t, c, "cut")
	if _, err := once.Answer(t.Context(), Prompt{Text: "left", MaxTokens: 8}); err == nil {
		t.Fatal("answered")
	}
	s.Close()
	s = open(t, dir)
	c, _ = client(t, url, func(o *Options) { o.Store = s })
	ask(t, c, "left")
	s.Close()
	c, _ = client(t, url, func(o *Options) { o.Store = open(t, dir) })
	for text, want := range map[string]bool{"calm": false, "cut": true, "left": true} {
		if a := ask(t, c, text); a.InDoubt != want || !a.Stored {
			t.Errorf("%s: got %+v", text, a)
		}
	}
}

func TestNoIntentNoCall(t *testing.T) {
	v, url := serve(t, fakevendor.Options{})
	s := open(t, t.TempDir())
	c, _ := client(t, url, func(o *Options) { o.Store = s })
	if err := os.Remove(s.path("intents")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8}); err == nil || !strings.Contains(err.Error(), "note a call") {
			t.Errorf("got %v", err)
		}
	}
	if n := v.Ledger().Totals.Received; n != 0 {
		t.Errorf("%d calls", n)
	}
}

// What a process that was killed leaves behind.
func TestRecovery(t *testing.T) {
	dir := t.TempDir()
	v, url := serve(t, fakevendor.Options{})
	s := open(t, dir)
	c, _ := client(t, url, func(o *Options) { o.Store = s })
	ask(t, c, "answered")
	answered, doubtful := c.digest(Prompt{Text: "answered", MaxTokens: 8}), c.digest(Prompt{Text: "doubtful", MaxTokens: 8})
	write(t, s.intentPath(answered), nil)
	write(t, s.intentPath(doubtful), []byte("torn"))
	write(t, s.path("intents", "README"), nil)
	s.Close()

	s = open(t, dir)
	if s.InDoubt() != 1 {
		t.Errorf("%d in doubt, want 1", s.InDoubt())
	}
	names, _ := filepath.Glob(s.path("*", "*"))
	if len(names) != 3 {
		t.Errorf("files %v", names)
	}
	c, _ = client(t, url, func(o *Options) { o.Store, o.Input = s, 1 })
	if a := ask(t, c, "answered"); !a.Stored {
		t.Error("paid for again")
	}
	ask(t, c, "doubtful")
	ask(t, c, "doubtful")
	if spent := c.Spent(); spent.InDoubt != 1 || spent.DoubtDollars <= 0 || s.InDoubt() != 0 || v.Ledger().Totals.Received != 2 {
		t.Errorf("spent %+v", spent)
	}
}
