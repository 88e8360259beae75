package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/pith-proxy/pith/bench/internal/server"
)

// memory prints the peak after each of some texts, in a process for each model.
// A megabyte is too much for pith-multi: on two cores it takes more than the
// longest deadline.
func memory(ctx context.Context, bin, text, megabyte string) error {
	small, multi := "pith-small", "pith-multi"
	fmt.Printf("| model | peak MB when ready | after the text, 3 times | and 1 MB of text, once |\n| --- | --- | --- | --- |\n")
	if err := peaks(ctx, bin, small, slices.Repeat([]string{text}, 3), []string{megabyte}); err != nil {
		return err
	}
	return peaks(ctx, bin, multi, slices.Repeat([]string{text}, 3), nil)
}

func peaks(ctx context.Context, bin, model string, steps ...[]string) error {
	return with(bin, []string{"PITH_MODELS_PRELOAD=" + model}, func(s *server.Server) error {
		if _, err := s.Ready(ctx); err != nil {
			return err
		}
		row := "| " + model
		for i, texts := range append([][]string{nil}, steps...) {
			if i > 0 && len(texts) == 0 {
				row += " | not run"
				continue
			}
			note := "" // on a busy machine a megabyte takes more than the longest deadline
			for _, text := range texts {
				body := server.Request{Input: text, Rate: 0.33, Model: model}.Body()
				a, err := s.Compress(ctx, body)
				if err != nil || a.Status != http.StatusOK {
					return fmt.Errorf("%s: status %d: %w", model, a.Status, err)
				}
				if a.Outcome != "compressed" {
					note = ", deadline passed"
				}
			}
			peak, err := s.PeakRSS()
			if err != nil {
				return err
			}
			row += fmt.Sprintf(" | %d%s", peak/1e6, note)
		}
		fmt.Println(row + " |")
		return nil
	})
}
