// Package jieba cuts Chinese text into words as version 0.42.1 of the Python package
// jieba does: jieba.cut(text, cut_all=False), with the hidden Markov model on. Metrics
// over Chinese words (LongBench's F1 and ROUGE-L) need that very segmentation.
//
//	dir, err := jieba.Find(filepath.Dir(exe))
//	seg, err := jieba.Load(dir)
//	words := seg.Cut("我爱北京天安门")
//
// The dictionary and the model's tables (6.4 MB) are not in this repository: the set-up
// fetches them. Other dictionaries, the search mode and part-of-speech tags are left out.
package jieba

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// The files of a jieba folder, as the Python package has them.
const (
	dictFile  = "dict.txt"
	startFile = "prob_start.py"
	transFile = "prob_trans.py"
	emitFile  = "prob_emit.py"
)

// A Segmenter cuts text. It does not change once loaded: any number of goroutines may
// share one.
type Segmenter struct {
	dict *dictionary
	hmm  *model
}

// Load reads the dictionary and the tables in dir. It takes about a quarter of a
// second; the segmenter keeps 34 MB.
func Load(dir string) (*Segmenter, error) {
	text, err := os.ReadFile(filepath.Join(dir, dictFile))
	if err != nil {
		return nil, fmt.Errorf("load jieba: %w", err)
	}
	dict, err := parseDictionary(string(text))
	if err != nil {
		return nil, fmt.Errorf("load jieba: %s: %w", filepath.Join(dir, dictFile), err)
	}
	hmm, err := loadModel(dir)
	if err != nil {
		return nil, fmt.Errorf("load jieba: %w", err)
	}
	return &Segmenter{dict: dict, hmm: hmm}, nil
}

// Find returns the folder that holds jieba's files: that of the environment variable
// PITH_JIEBA_DIR, else share/jieba in exeDir, the folder of the program.
func Find(exeDir string) (string, error) {
	if dir := os.Getenv("PITH_JIEBA_DIR"); dir != "" {
		if err := complete(dir); err != nil {
			return "", fmt.Errorf("PITH_JIEBA_DIR: %w", err)
		}
		return dir, nil
	}
	dir := filepath.Join(exeDir, "share", "jieba")
	if err := complete(dir); err != nil {
		return "", fmt.Errorf("the Chinese dictionary is missing: %w; "+
			"make build fetches it, or set PITH_JIEBA_DIR to a folder that has it", err)
	}
	return dir, nil
}

func complete(dir string) error {
	for _, name := range []string{dictFile, startFile, transFile, emitFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// Cut returns the words of text in their order; joined they are text, byte for byte.
// White space and punctuation are words of one character, "\r\n" is one word. A byte
// that is not UTF-8 is a word too.
func (s *Segmenter) Cut(text string) []string {
	var words []string
	for len(text) > 0 {
		n := blockLen(text)
		if n > 0 {
			words = s.cutBlock(words, text[:n])
		} else {
			n = skipLen(text)
			words = append(words, text[:n])
		}
		text = text[n:]
	}
	return words
}

// blockLen is the length of the run at the start of text that can hold words: Chinese
// characters, ASCII letters and digits, and the marks that stand inside names.
func blockLen(text string) int {
	for i, r := range text {
		if !isHan(r) && !isAlnum(r) && !strings.ContainsRune("+#&._%-", r) {
			return i
		}
	}
	return len(text)
}

func skipLen(text string) int {
	if strings.HasPrefix(text, "\r\n") {
		return 2
	}
	_, n := utf8.DecodeRuneInString(text)
	return n
}

// cutBlock takes the words of the likeliest route through the dictionary. Single
// characters in a row go to the model together, which may find names among them.
func (s *Segmenter) cutBlock(words []string, block string) []string {
	loose := 0 // where the row of single characters starts that ends at at
	at := 0
	for _, end := range s.dict.route(block) {
		if utf8.RuneCountInString(block[at:end]) > 1 {
			words = append(s.cutLoose(words, block[loose:at]), block[at:end])
			loose = end
		}
		at = end
	}
	return s.cutLoose(words, block[loose:])
}

// cutLoose cuts a row of single characters. The route went through a row that is itself
// a word one by one, since that was likelier, and the model has no say in it.
func (s *Segmenter) cutLoose(words []string, row string) []string {
	if utf8.RuneCountInString(row) > 1 && !s.dict.has(row) {
		return s.hmm.cut(words, row)
	}
	for len(row) > 0 {
		_, n := utf8.DecodeRuneInString(row)
		words = append(words, row[:n])
		row = row[n:]
	}
	return words
}

// The Chinese characters jieba knows: those of Unicode 8 in the main block.
const firstHan, lastHan = 0x4e00, 0x9fd5

func isHan(r rune) bool { return r >= firstHan && r <= lastHan }

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || isDigit(r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
