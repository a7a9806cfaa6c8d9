"""The Rosenbrock method Rodas5P: eight stages, order 5, L-stable, stiffly accurate, with dense output.

Steinebach G, Construction of Rosenbrock-Wanner method Rodas5P and numerical
benchmarks within the Julia Differential Equations package, BIT Numerical
Mathematics 63:27 (2023), https://doi.org/10.1007/s10543-023-00967-x.

In the form without products by the Jacobian, stage s solves

    (1/(h gamma) - J) k_s = f(y + sum_j A_sj k_j) + (1/h) sum_j C_sj k_j.

The last stage is the difference between the results of order 5 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass

Row = tuple[float, ...]


@dataclass(frozen=True)
class Rosenbrock:
    """Coefficients of a method.

    Attributes
    ----------
    order : int
        Order of the result.
    gamma : float
        Diagonal coefficient.
    a, c : tuple of rows
        Lower triangles by stage.
    dense : tuple of rows
        Coefficients of the interpolating polynomial, by power and stage.
    """

    order: int
    gamma: float
    a: tuple[Row, ...]
    c: tuple[Row, ...]
    dense: tuple[Row, ...]

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.a)

    def extends(self, stage: int) -> bool:
        """Whether a stage's point is that of the stage before, plus its last increment."""
        return stage > 1 and self.a[stage][: stage - 1] == self.a[stage - 1] and self.a[stage][-1] == 1.0


RODAS5P = Rosenbrock(
    order=5,
    gamma=0.21193756319429014,
    a=(
        (),
        (3.0,),
        (2.849394379747939, 0.45842242204463923),
        (-6.954028509809101, 2.489845061869568, -10.358996098473584),
        (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
        (
            -7.502846399306121,
            2.561846144803919,
            -11.627539656261098,
            -0.18268767659942256,
            0.030198172008377946,
        ),
        (
            -7.502846399306121,
            2.561846144803919,
            -11.627539656261098,
            -0.18268767659942256,
            0.030198172008377946,
            1.0,
        ),
        (
            -7.502846399306121,
            2.561846144803919,
            -11.627539656261098,
            -0.18268767659942256,
            0.030198172008377946,
            1.0,
            1.0,
        ),
    ),
    c=(
        (),
        (-14.155112264123755,),
        (-17.97296035885952, -2.859693295451294),
        (147.12150275711716, -1.41221402718213, 71.68940251302358),
        (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
        (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
        (
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
        ),
        (
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
        ),
    ),
    dense=(
        (
            25.948786856663858,
            -2.5579724845846235,
            10.433815404888879,
            -2.3679251022685204,
            0.524948541321073,
            1.1241088310450404,
            0.4272876194431874,
            -0.17202221070155493,
        ),
        (
            -9.91568850695171,
            -0.9689944594115154,
            3.0438037242978453,
            -24.495224566215796,
            20.176138334709044,
            15.98066361424651,
            -6.789040303419874,
            -6.710236069923372,
        ),
        (
            11.419903575922262,
            2.8879645146136994,
            72.92137995996029,
            80.12511834622643,
            -52.072871366152654,
            -59.78993625266729,
            -0.15582684282751913,
            4.883087185713722,
        ),
    ),
)
