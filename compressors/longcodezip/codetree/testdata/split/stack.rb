#!/usr/bin/env ruby
# frozen_string_literal: true

require 'set'
require_relative 'store'
LIMIT = 3

# What is kept.
module Store
  # A stack of names.
  class Stack < Base
    include Comparable
    attr_reader :side

    SIDE = 1

    def initialize(side)
      @side = side
    end

    # The area of a rectangle.
    #
    # @return [Integer]
    def area(x,
             y)
      if x > 1
        1
      elsif y
        2
      else
        3
      end
      begin
        open
      rescue Missing => e
        # nobody is there
        warn e
      ensure
        close
      end
      list.each do |i|
        puts i
        puts i + 1
      end
      case x
      when 1 then 2
      when 3
        4
      end
      text = <<~TXT
        hello

        def fake
        end
      TXT
      send(<<~A, <<~B)
        one
      A
        two
      B
      text
    rescue Other
      raise
    ensure
      done
    end

    def self.make = new(1)

    def empty
    end

    class << self
      # By its key.
      def find(key)
        all[key]
      end

      def all
        @all ||= {}
      end
    end

    private

    def hidden; 1; end

    public

    private def aside
      2
    end
  end
end

describe Store::Stack do
  let(:stack) { Store::Stack.new(1) }

  it "has an area" do
    expect(stack.area(1, 2)).to eq(3)
    expect(stack.side).to eq(1)
  end
end

puts Store::Stack.new(1)
__END__
data
that is no code
