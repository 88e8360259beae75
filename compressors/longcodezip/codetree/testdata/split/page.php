<!DOCTYPE html>
<html>
<?php
require 'head.php';

function item($x)
{
    return $x;
}
?>
<body>
<?php foreach ($items as $i): ?>
  <b><?= item($i) ?></b>
<?php endforeach; ?>
<?php
$a = 1;
$b = 2;
?>
</body>
</html>
