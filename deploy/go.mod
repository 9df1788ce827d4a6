module certql/deploy

go 1.26.0
