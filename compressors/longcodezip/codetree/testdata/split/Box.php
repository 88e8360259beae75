<?php

declare(strict_types=1);

namespace App\Shapes;

use App\Base;
use function App\area;

require_once 'x.php';

const LIMIT = 3;

/**
 * A box.
 */
#[Entity]
final class Box extends Base implements Shape
{
    use Named;

    const SIDES = 6;
    private int $x = 1;
    protected array $map = [
        'a' => 1,
        'b' => 2,
    ];

    /** How large it is. */
    #[Route('/area')]
    public function area(int $a): int
    {
        if ($a > 1) {
            return 1;
        } elseif ($a) {
            return 2;
        } else {
            $this->log();
        }
        switch ($a) {
            case 1:
                one();
                break;
            default:
                other();
        }
        try {
            a();
        } catch (Failure $e) {
            b();
        } finally {
            c();
        }
        $sql = <<<SQL
            SELECT a

            FROM b
            SQL;
        $raw = <<<'RAW'
        function fake() {
        RAW;
        $f = function () use ($a) {
            return 1;
        };
        $r = match ($a) {
            1 => 2,
            default => 3,
        };
        while (true):
            again();
        endwhile;
        if ($x):
            yes();
        else:
            no();
        endif;
        return 3;
    }

    abstract protected function shape(): string;

    private static function one() { return 1; }
}

trait Named
{
    public function name(): string
    {
        return $this->name;
    }
}

enum Suit: string
{
    case Hearts = 'H';
    case Spades = 'S';

    public function colour(): string
    {
        return 'red';
    }
}

function top(): int
{
    return 1;
}

echo top();
