"""What was read, as plain frozen data: no trees, no AWS meaning, no configuration.

Everything here is a frozen, ordered `msgspec.Struct` made of strings, numbers, tuples and enums,
so that it can be cached, sent between processes and compared. The modules:

`span`      places in a file;
`values`    what a Python expression can be;
`function`  statements, functions, classes;
`module`    one Python file;
`stack`     what a deployment template says;
`finding`   what is reported;
`codec`     bytes to and from.
"""
